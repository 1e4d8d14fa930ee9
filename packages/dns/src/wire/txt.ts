import { DnsError } from '../dns-error.ts'

/** Longest character-string (RFC 1035, 3.3). */
const MAX_STRING_LENGTH = 255

/** TXT data of one text: strings of at most 255 octets, in order; readers join them without a separator. */
export function writeTxt(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8')
  const strings: Uint8Array[] = []
  for (let at = 0; at < bytes.length || at === 0; at += MAX_STRING_LENGTH) {
    const part = bytes.subarray(at, at + MAX_STRING_LENGTH)
    strings.push(Uint8Array.of(part.length), part)
  }
  return Uint8Array.from(Buffer.concat(strings))
}

/**
 * The strings of TXT data, joined; octets that are not UTF-8 become U+FFFD.
 *
 * @throws DnsError `DNS_MALFORMED` when there is no string or one runs past the end.
 */
export function readTxt(rdata: Uint8Array): string {
  const parts: Uint8Array[] = []
  let at = 0
  while (at < rdata.length) {
    const length = rdata[at]!
    const part = rdata.subarray(at + 1, at + 1 + length)
    if (part.length < length) throw malformed()
    parts.push(part)
    at += 1 + length
  }
  if (parts.length === 0) throw malformed()
  return Buffer.concat(parts).toString('utf8')
}

function malformed(): DnsError {
  return new DnsError('DNS_MALFORMED', 'A TXT record cannot be read: its strings do not fill it.')
}

import { DnsError } from '../dns-error.ts'

/** Longest name on the wire in octets, length octets and the root's included (RFC 1035, 2.3.4). */
const MAX_WIRE_LENGTH = 255
const MAX_LABEL_LENGTH = 63
/** The top bits of a compression pointer (RFC 1035, 4.1.4). */
const POINTER = 0xc0

/**
 * A name as one comparable string: lower case, no trailing dot, the root is the empty string. Octets outside of printable
 * ASCII, dots and backslashes inside a label are written `\ddd` (RFC 1035, 5.1), so two names are equal exactly when
 * their strings are.
 *
 * @throws DnsError `DNS_MALFORMED` on an overrun, a pointer that does not go back, or a name that is too long.
 */
export function readName(bytes: Uint8Array, offset: number): { name: string; next: number } {
  const labels: string[] = []
  let at = offset
  let next: number | undefined
  let limit = offset
  let length = 1
  for (;;) {
    const head = bytes[at]
    if (head === undefined) throw malformed('a name runs past the end')
    if (head === 0) return { name: labels.join('.'), next: next ?? at + 1 }
    if ((head & POINTER) === POINTER) {
      const low = bytes[at + 1]
      if (low === undefined) throw malformed('a name runs past the end')
      const target = ((head & ~POINTER) << 8) | low
      if (target >= limit) throw malformed('a compression pointer does not go back')
      next ??= at + 2
      limit = target
      at = target
    } else if (head > MAX_LABEL_LENGTH) {
      throw malformed('a label has an unknown type')
    } else {
      const label = bytes.subarray(at + 1, at + 1 + head)
      length += head + 1
      if (label.length < head) throw malformed('a name runs past the end')
      if (length > MAX_WIRE_LENGTH) throw malformed('a name is longer than 255 octets')
      labels.push(labelText(label))
      at += head + 1
    }
  }
}

/**
 * The uncompressed wire form, lower case (the canonical form of RFC 8945, 4.3.3).
 *
 * @throws DnsError `DNS_NAME_INVALID` when a label is empty or too long, or the name is, or it has other than printable
 * ASCII and `\ddd`.
 */
export function writeName(name: string): Uint8Array {
  const canonical = canonicalName(name)
  const bytes: number[] = []
  for (const label of canonical === '' ? [] : canonical.split('.')) {
    const octets = labelOctets(label)
    if (!octets || octets.length > MAX_LABEL_LENGTH) {
      throw new DnsError('DNS_NAME_INVALID', `"${name}" is not a DNS name; labels have 1 to 63 printable characters.`, {
        retryable: false,
      })
    }
    bytes.push(octets.length, ...octets)
  }
  bytes.push(0)
  if (bytes.length > MAX_WIRE_LENGTH) {
    throw new DnsError('DNS_NAME_INVALID', `"${name}" is longer than a DNS name can be.`, { retryable: false })
  }
  return Uint8Array.from(bytes)
}

/** Lower case, without a trailing dot. */
export function canonicalName(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
}

/** True when `name` is `zone` or below it; both canonical. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || zone === '' || name.endsWith(`.${zone}`)
}

function labelText(label: Uint8Array): string {
  let text = ''
  for (const octet of label) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x2e && octet !== 0x5c
    text += plain ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`
  }
  return text.toLowerCase()
}

/** Undoes {@link labelText}; `undefined` when the label is empty or has other than printable ASCII. */
function labelOctets(label: string): number[] | undefined {
  if (!/^([!-[\]-~]|\\[01]\d\d|\\2[0-4]\d|\\25[0-5])+$/.test(label)) return undefined
  return [...label.matchAll(/\\(\d{3})|./g)].map(([char, code]) => (code ? Number(code) : char.charCodeAt(0)))
}

function malformed(what: string): DnsError {
  return new DnsError('DNS_MALFORMED', `The DNS message cannot be read: ${what}.`)
}

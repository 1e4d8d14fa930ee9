import { toASCII } from 'tr46'
import { DomainSyncError } from './domain-sync-error.ts'

declare const checked: unique symbol

/** A DNS name as lower-case A-labels without a trailing dot (`bbbhhai.com`); only {@link parseDomainName} makes one. */
export type DomainName = string & { readonly [checked]: true }

/** Longest name and label in octets (RFC 1035, 2.3.4), without the trailing dot. */
const MAX_NAME_LENGTH = 253

/** Refusals of {@link parseDomainName}: `NAME_EMPTY`, `NAME_IS_IP`, `NAME_INVALID`. */
export class NameError extends DomainSyncError {
  constructor(code: 'NAME_EMPTY' | 'NAME_IS_IP' | 'NAME_INVALID', message: string) {
    super(code, message, { state: 'Nothing was written.', retryable: false })
  }
}

/**
 * Normalises what a person typed to a registered-name form: UTS #46 non-transitional with STD3 rules, DNS lengths, bidi and
 * joiner checks; hyphens are left alone (real names have them at 3 and 4); one trailing dot is dropped.
 *
 * @throws NameError `NAME_EMPTY`, `NAME_IS_IP` (any spelling a browser would take for an address, `0x7f.1` too) or
 * `NAME_INVALID`.
 */
export function parseDomainName(input: string): DomainName {
  const name = input.endsWith('.') ? input.slice(0, -1) : input
  if (name.trim() === '') throw new NameError('NAME_EMPTY', 'The domain name is empty; write it like "example.com".')
  if (isAddress(name)) {
    throw new NameError('NAME_IS_IP', `"${input}" is an IP address; DomainSync needs a domain name like "example.com".`)
  }
  const ascii = toASCII(name, {
    checkBidi: true,
    checkHyphens: false,
    checkJoiners: true,
    transitionalProcessing: false,
    useSTD3ASCIIRules: true,
    verifyDNSLength: true,
  })
  if (ascii === null || ascii.length > MAX_NAME_LENGTH || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(ascii)) {
    throw new NameError('NAME_INVALID', `"${input}" is not a domain name; ${reason(name)}`)
  }
  if (isAddress(ascii)) {
    throw new NameError('NAME_IS_IP', `"${input}" is an IP address; DomainSync needs a domain name like "example.com".`)
  }
  return ascii as DomainName
}

/** The WHATWG URL rule: a host whose last label is a number is an IPv4 address; brackets or colons make IPv6. */
function isAddress(name: string): boolean {
  const last = name.split('.').at(-1) ?? ''
  return /^(\d+|0x[0-9a-f]*)$/i.test(last) || /^\[?[0-9a-f.]*:[0-9a-f:.]*\]?$/i.test(name)
}

function reason(name: string): string {
  if (name.includes('/')) return 'leave out "https://" and everything after the name.'
  if (name.split('.').includes('')) return 'it has an empty label (two dots in a row, or one at the start).'
  if (name.length > MAX_NAME_LENGTH) return `it is longer than ${MAX_NAME_LENGTH} characters.`
  if (name.split('.').some((label) => label.length > 63)) return 'a label is longer than 63 characters.'
  if (!name.includes('.')) return 'it has only one label; write it like "example.com".'
  return 'letters, digits and hyphens only, in labels joined by dots.'
}

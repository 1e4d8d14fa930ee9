import { canonicalCid } from '@domainsync/core'
import { DnsError } from './dns-error.ts'

const PREFIX = 'dnslink='

/** What the TXT values of one name say. */
export type DnsLinkValue =
  | { readonly kind: 'link'; readonly cid: string }
  | { readonly kind: 'none' }
  /** Several different links, a CID that is none, a path below a root, `/ipns/…`. `values`: as they stand, sorted. */
  | { readonly kind: 'invalid'; readonly values: readonly string[] }

/** True for a TXT value that is ours to read and write. */
export function isDnsLink(text: string): boolean {
  return text.startsWith(PREFIX)
}

/** Reads the DNSLink of a name from all its TXT values; CIDs come back as CIDv1 in base 32, however they were written. */
export function readDnsLinkValue(texts: readonly string[]): DnsLinkValue {
  const links = new Set(texts.filter(isDnsLink).map((text) => linkOf(text) ?? text))
  if (links.size === 0) return { kind: 'none' }
  const [first] = links
  if (links.size === 1 && first !== undefined && !isDnsLink(first)) return { kind: 'link', cid: first }
  return { kind: 'invalid', values: [...new Set(texts.filter(isDnsLink))].sort() }
}

/**
 * The one string that stands for what a name links to, to compare and swap: the CID; nothing; or, for what is no valid
 * link, the values as they stand (without `dnslink=`), sorted, with spaces between.
 */
export function comparableLink(texts: readonly string[]): string | undefined {
  const value = readDnsLinkValue(texts)
  switch (value.kind) {
    case 'none':
      return undefined
    case 'link':
      return value.cid
    case 'invalid':
      return value.values.map((text) => text.slice(PREFIX.length)).join(' ')
  }
}

/**
 * The TXT value for a CID.
 *
 * @throws DnsError `DNS_CID_INVALID`
 */
export function dnsLinkText(cid: string): string {
  return `${PREFIX}/ipfs/${requireCid(cid)}`
}

/**
 * CIDv1 in base 32.
 *
 * @throws DnsError `DNS_CID_INVALID`
 */
export function requireCid(text: string): string {
  const cid = canonicalCid(text)
  if (cid !== undefined) return cid
  throw new DnsError('DNS_CID_INVALID', `"${text}" is not a CID; give one like "bafybei…".`, {
    retryable: false,
    state: 'DNS was not touched.',
  })
}

function linkOf(text: string): string | undefined {
  const path = /^\/ipfs\/([A-Za-z0-9]+)\/?$/.exec(text.slice(PREFIX.length))?.[1]
  return path === undefined ? undefined : canonicalCid(path)
}

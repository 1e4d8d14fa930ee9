import type { CallOptions } from '../call-options.ts'
import type { DomainName } from '../domain-name.ts'

/** The DNSLink record as the authoritative server holds it. */
export interface DnsLinkRecord {
  /** The `/ipfs/<cid>` path's CID as it stands in `dnslink=`; `undefined` when there is no such value. */
  readonly cid: string | undefined
  readonly ttlSeconds: number
}

/** How a swap ended. `conflict`: the record was not what we expected, and is untouched. */
export type SwapResult =
  | { readonly kind: 'swapped' }
  | { readonly kind: 'conflict'; readonly found: string | undefined }

/** Writes the `dnslink=` value of `_dnslink.<domain>`, and nothing else. */
export interface DnsDriver {
  readonly name: string
  read(domain: DomainName, options?: CallOptions): Promise<DnsLinkRecord>
  /** Compare-and-swap. Other TXT values of the name stay. Swapping to what already stands is `swapped`. */
  swap(
    domain: DomainName,
    change: { expected: string | undefined; next: string },
    options?: CallOptions,
  ): Promise<SwapResult>
}

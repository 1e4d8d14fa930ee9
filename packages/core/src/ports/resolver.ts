import type { CallOptions } from '../call-options.ts'

/** A DNS answer. A time-out is no answer: the call rejects with `DNS_TIMEOUT`, which means unknown, never bad. */
export interface DnsAnswer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | (string & {})
  /** The AA bit. */
  readonly authoritative: boolean
  readonly answers: readonly DnsRecord[]
  readonly authorities: readonly DnsRecord[]
}

/** One resource record; `data` in presentation form, TXT strings joined. */
export interface DnsRecord {
  readonly name: string
  readonly type: string
  readonly ttlSeconds: number
  readonly data: string
}

/** One DNS server asked directly. */
export interface Resolver {
  /** `host:port`, for messages. */
  readonly name: string
  query(name: string, type: string, options?: CallOptions): Promise<DnsAnswer>
}

import type { Clock, DomainName, Resolver } from '@domainsync/core'
import { errorCode } from '@domainsync/core'
import { type DnsLink, readDnsLink } from './dnslink.ts'
import { requireCid } from './dnslink-value.ts'

/** Time between two looks at one resolver. */
export const PROPAGATION_INTERVAL_MS = 500
/** Time allowed for one look; the deadline may leave less. */
const LOOK_TIMEOUT_MS = 2_000

/** When one server first answered the wanted CID. */
export type PropagationPoint =
  | { readonly resolver: string; readonly kind: 'seen'; readonly afterMs: number }
  /** Not within the deadline: `last` is what it answered then, a CID, `none`, `invalid`, or an error code. */
  | { readonly resolver: string; readonly kind: 'unknown'; readonly last: string }

/** Lag of the zone's own servers and of resolvers, measured apart. */
export interface Propagation {
  /** Write → every authoritative server answers it; `undefined` while one is unknown, or there is none. */
  readonly authoritativeMs: number | undefined
  readonly authoritative: readonly PropagationPoint[]
  readonly resolvers: readonly PropagationPoint[]
}

export interface PropagationOptions {
  readonly domain: DomainName
  /** The CID that was written. */
  readonly cid: string
  /** The zone's name servers, asked directly. */
  readonly authoritative: readonly Resolver[]
  /** Resolvers that readers use. */
  readonly resolvers: readonly Resolver[]
  readonly clock: Clock
  /** `clock.monotonic()` at the write; lag counts from here. Now by default. */
  readonly writtenAt?: number
  /** Counted from the write. */
  readonly deadlineMs: number
  readonly intervalMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Polls all servers at once until each answers the CID or the deadline passes. Never throws for a server that does not
 * answer: that one is unknown.
 *
 * @throws DnsError `DNS_CID_INVALID`
 */
export async function measurePropagation(options: PropagationOptions): Promise<Propagation> {
  const { authoritative, resolvers, clock, writtenAt = clock.monotonic() } = options
  const cid = requireCid(options.cid)
  const watch = (resolver: Resolver) => watchResolver(resolver, { ...options, cid, writtenAt })
  const [own, others] = await Promise.all([Promise.all(authoritative.map(watch)), Promise.all(resolvers.map(watch))])
  const seen = own.flatMap((point) => (point.kind === 'seen' ? [point.afterMs] : []))
  const complete = own.length > 0 && seen.length === own.length
  return { authoritativeMs: complete ? Math.max(...seen) : undefined, authoritative: own, resolvers: others }
}

async function watchResolver(
  resolver: Resolver,
  options: PropagationOptions & { writtenAt: number },
): Promise<PropagationPoint> {
  const { domain, cid, clock, writtenAt, deadlineMs, intervalMs = PROPAGATION_INTERVAL_MS, signal } = options
  const elapsedMs = () => clock.monotonic() - writtenAt
  let last = 'DNS_TIMEOUT'
  while (elapsedMs() < deadlineMs) {
    const timeoutMs = Math.max(1, Math.min(LOOK_TIMEOUT_MS, deadlineMs - elapsedMs()))
    const seen = await look(resolver, domain, { signal, timeoutMs })
    if (seen === cid) return { resolver: resolver.name, kind: 'seen', afterMs: elapsedMs() }
    // The last look, cut short by the deadline, says nothing of the server.
    if (seen !== 'DNS_TIMEOUT' || timeoutMs === LOOK_TIMEOUT_MS) last = seen
    const leftMs = deadlineMs - elapsedMs()
    if (leftMs > 0) await clock.sleep(Math.min(intervalMs, leftMs), signal)
  }
  return { resolver: resolver.name, kind: 'unknown', last }
}

async function look(
  resolver: Resolver,
  domain: DomainName,
  options: { signal: AbortSignal | undefined; timeoutMs: number },
): Promise<string> {
  try {
    return linkText(await readDnsLink(resolver, domain, options))
  } catch (error) {
    options.signal?.throwIfAborted()
    return errorCode(error)
  }
}

function linkText(link: DnsLink): string {
  return link.kind === 'link' ? link.cid : link.kind
}

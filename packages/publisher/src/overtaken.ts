import type { CallOptions, DomainName, RegistryEvent } from '@domainsync/core'
import { foldHistory } from '@domainsync/sdk'
import { PublishError } from './publish-error.ts'
import type { PublisherPorts } from './publisher-ports.ts'

/** A publish that lost its place. */
export interface Overtaken extends CallOptions {
  readonly domain: DomainName
  /** The number that it would have had, where that is known. */
  readonly release?: number | undefined
  /** A transaction of it was sent, and has no effect. */
  readonly sent: boolean
  readonly ports: PublisherPorts
  readonly cause?: unknown
}

/** The error that says who came first: `STALE_SEQ`, or `OVERTAKEN` when a transaction was sent already. */
export async function overtaken({ domain, sent, cause, ...about }: Overtaken): Promise<PublishError> {
  const who = await whoCameFirst(domain, about)
  const message = sent
    ? `The publish of ${domain} came too late: ${who}.`
    : `${domain} changed on chain after this publish was planned: ${who}.`
  return new PublishError(sent ? 'OVERTAKEN' : 'STALE_SEQ', message, {
    cause,
    state: sent ? 'Its own transaction has no effect; DNS was left alone.' : 'No pointer moved.',
    next: `domainsync publish ${domain}`,
  })
}

async function whoCameFirst(
  domain: DomainName,
  { release, ports, ...call }: Pick<Overtaken, 'release' | 'ports' | 'signal' | 'timeoutMs'>,
): Promise<string> {
  const { chain } = ports
  const events: RegistryEvent[] = []
  try {
    const { number: to } = await chain.block('latest', call)
    for await (const event of chain.events(domain, { from: chain.firstBlock ?? 0, to }, call)) events.push(event)
    return describe(events, release)
  } catch {
    call.signal?.throwIfAborted()
    return 'who did cannot be read now'
  }
}

/** The other release of that number, or the last change. */
function describe(events: readonly RegistryEvent[], release: number | undefined): string {
  const { releases } = foldHistory(events)
  const last = events.findLast(({ name, args }) => name !== 'DomainSync' || args.success === true)
  const newest = releases[0]?.transaction === last?.transaction ? releases[0] : undefined
  const other = releases.find(({ number }) => number === release) ?? newest
  if (other) return `release ${other.number} is another one, ${other.root} (transaction ${other.transaction})`
  // A rollback logs `RolledBack` before `DomainSync`.
  const change = events.findLast(({ name }) => name !== 'DomainSync')
  return change
    ? `${change.name} in block ${change.block.number} (transaction ${change.transaction})`
    : 'nobody knows how'
}

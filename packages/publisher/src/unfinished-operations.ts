import type { CallOptions, DomainName, Operation } from '@domainsync/core'
import { droppedPublishes } from './dropped-publishes.ts'
import type { PublisherPorts } from './publisher-ports.ts'

/**
 * The publisher's operations that somebody has to finish: those that run, a domain's newest publish when it failed after
 * its transaction may have been sent (the release can be live while DNS still names the old one), and done ones that a
 * reorganisation dropped. The later ones cannot be opened while an earlier one runs.
 */
export async function unfinishedOperations(
  domain: string | undefined,
  ports: PublisherPorts,
  call: CallOptions,
): Promise<Operation[]> {
  const { store, domains } = ports
  const running = await store.journal.running(domain)
  const names = domain === undefined ? [...domains.keys()] : [domain as DomainName]
  const half = await Promise.all(names.map((name) => halfPublished(name, store)))
  const dropped = await Promise.all(names.map((name) => droppedPublishes(name, ports, call)))
  return [
    ...running.filter(({ kind }) => kind === 'publish' || kind === 'prepare' || kind === 'log-failure'),
    ...half.filter((operation) => operation !== undefined),
    ...dropped.flat(),
  ]
}

async function halfPublished(domain: string, store: PublisherPorts['store']): Promise<Operation | undefined> {
  const recent = await store.operations.operations({ domain, limit: 20 })
  const newest = recent.find(({ kind }) => kind === 'publish')
  if (newest?.state !== 'failed') return undefined
  const sync = newest.steps.find(({ key }) => key === 'sync')
  return sync?.intent === undefined ? undefined : newest
}

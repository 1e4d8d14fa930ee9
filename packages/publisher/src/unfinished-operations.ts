import type { Operation } from '@domainsync/core'
import type { PublisherPorts } from './publisher-ports.ts'

/**
 * The publisher's operations that somebody has to finish: those that run, and a domain's newest publish when it failed after
 * its transaction may have been sent (the release can be live while DNS still names the old one). That one comes last: it
 * cannot be opened while the log of its failure runs.
 */
export async function unfinishedOperations(
  domain: string | undefined,
  { store, domains }: Pick<PublisherPorts, 'store' | 'domains'>,
): Promise<Operation[]> {
  const running = await store.journal.running(domain)
  const names = domain === undefined ? [...domains.keys()] : [domain]
  const half = await Promise.all(names.map((name) => halfPublished(name, store)))
  return [
    ...running.filter(({ kind }) => kind === 'publish' || kind === 'log-failure'),
    ...half.filter((operation) => operation !== undefined),
  ]
}

async function halfPublished(domain: string, store: PublisherPorts['store']): Promise<Operation | undefined> {
  const recent = await store.operations.operations({ domain, limit: 20 })
  const newest = recent.find(({ kind }) => kind === 'publish')
  if (newest?.state !== 'failed') return undefined
  const sync = newest.steps.find(({ key }) => key === 'sync')
  return sync?.intent === undefined ? undefined : newest
}

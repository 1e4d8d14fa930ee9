import type { CallOptions, DomainName } from '@domainsync/core'
import { readHistory } from '@domainsync/sdk'
import type { PublisherPorts } from '../publisher-ports.ts'
import { type LetGo, letGo } from './let-go.ts'
import { prunableRoots } from './prunable-roots.ts'

/** How many operations back the leavings of failed publishes are looked for. */
const EARLIER_OPERATIONS = 1_000

/** One root that providers were made to let go of. */
export interface Pruned extends LetGo {
  readonly domain: DomainName
  readonly root: string
  /** The release that it was; absent: a publish that never came to its end. */
  readonly release?: number
}

export interface PruneOptions extends CallOptions {
  /** Default: every configured one. */
  readonly domain?: DomainName | undefined
  /** Nothing is removed; the result says what would be. */
  readonly dryRun?: boolean | undefined
}

/**
 * Has providers let go of what nobody can go back to: also where an earlier publish could not reach them. One copy of whatever was
 * a release stays. Gives those roots of which something was or would be removed, or somebody failed.
 */
export async function prune(
  ports: Pick<PublisherPorts, 'chain' | 'store' | 'blocks' | 'replicas' | 'domains' | 'clock'>,
  { domain, dryRun, ...call }: PruneOptions = {},
): Promise<Pruned[]> {
  const { chain, store, blocks, replicas, clock } = ports
  const pruned: Pruned[] = []
  for (const name of domain === undefined ? ports.domains.keys() : [domain]) {
    const [{ releases }, operations] = await Promise.all([
      readHistory(chain, name, call),
      store.operations.operations({ domain: name, limit: EARLIER_OPERATIONS }),
    ])
    const publishes = operations.filter(({ kind }) => kind === 'publish' || kind === 'prepare')
    for (const { root, release } of prunableRoots(releases, { publishes, now: clock.now() })) {
      const result = await letGo(root, { replicas, blocks, keepOne: release !== undefined, dryRun, ...call })
      if (result.removedFrom.length + result.failed.length === 0) continue
      pruned.push({ domain: name, root: `${root}`, ...(release === undefined ? {} : { release }), ...result })
    }
  }
  return pruned
}

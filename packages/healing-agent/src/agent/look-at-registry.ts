import type { Bytes32, DomainState, Observation } from '@domainsync/core'
import { observeFeed } from '../observe/observe-feed.ts'
import { observeTrust } from '../observe/observe-trust.ts'
import { probeName } from '../observe/probe-name.ts'
import type { Look } from './look.ts'

/** What the registry holds of a domain besides its releases, when that is due: it need not have any. */
export async function lookAtRegistry(
  { domain, memory, tools, context, due }: Look,
  state: DomainState | undefined,
): Promise<readonly Observation[]> {
  if (state === undefined) return []
  const found: Observation[] = []
  if (due(probeName('trust'))) {
    found.push(observeTrust({ ...context, name: domain.name, pending: state.pendingTrust }))
  }
  if (due(probeName('feed'))) {
    const { signal, timeoutMs } = context
    const check = (root: Bytes32) => tools.checkFeed(root, domain, { signal, timeoutMs })
    found.push(await observeFeed({ ...context, anchored: state.anchored, check }))
  }
  memory.add(found)
  return found
}

import type { Bytes32, DomainState, Observation } from '@domainsync/core'
import { observeFeed } from '../observe/observe-feed.ts'
import { probeName } from '../observe/probe-name.ts'
import type { Look } from './look.ts'

/** What a domain has anchored as a feed, when that is due. A feed need not have a release of its own. */
export async function lookAtFeed(
  { domain, memory, tools, context, due }: Look,
  state: DomainState | undefined,
): Promise<readonly Observation[]> {
  if (state === undefined || !due(probeName('feed'))) return []
  const { signal, timeoutMs } = context
  const check = (root: Bytes32) => tools.checkFeed(root, domain, { signal, timeoutMs })
  const observation = await observeFeed({ ...context, anchored: state.anchored, check })
  memory.add([observation])
  return [observation]
}

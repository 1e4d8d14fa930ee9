import { errorCode } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import { proveCopies } from '../agent/prove-copies.ts'
import type { PointerAction } from '../plan/action.ts'
import { type ActContext, readHead } from './act-context.ts'
import { AgentError } from './agent-error.ts'
import { upload } from './repair-copies.ts'

/**
 * Copies a signed release that DNS names to the replicas, proves it, and hands it to whoever may publish it; chain and DNS are
 * theirs to move. Head and lease are read again just before.
 *
 * @throws AgentError `PLAN_STALE`, `TARGET_UNPROVEN`, `NO_PUBLISHER`; whatever the port throws
 */
export async function requestPublish(
  { root, release, expectedSeq }: Extract<PointerAction, { kind: 'requestPublish' }>,
  context: ActContext,
): Promise<string> {
  const { domain, tools, publishRequests, signal, timeoutMs } = context
  const call = { signal, timeoutMs }
  if (publishRequests === undefined) {
    throw new AgentError('NO_PUBLISHER', 'No publisher is configured that could be asked.', { retryable: false })
  }
  const cid = CID.parse(root)
  const names = domain.replicas.flatMap(({ replica, spare }) => (spare || !replica.upload ? [] : [replica.name]))
  const lacking = await namesWithout(cid, names, context)
  // Some may fail: what counts is the proof.
  if (lacking.length > 0) await upload(context, { names: lacking, root }).catch(() => signal.throwIfAborted())
  const { enough, stored } = await proveCopies(cid, { domain, tools, ...call })
  if (enough !== 'yes') {
    const message = `Release ${release} (${root}): ${stored} of the ${domain.need} copies that are needed were proven.`
    throw new AgentError('TARGET_UNPROVEN', message, { state: 'Nobody was asked to publish it.' })
  }
  await context.holdLease()
  const state = await readHead(context, call)
  if (state?.head.seq !== expectedSeq || state.head.latest + 1 !== release) {
    throw new AgentError('PLAN_STALE', `${domain.name} changed on chain.`, { state: 'Nobody was asked to publish it.' })
  }
  await publishRequests.submit(domain.name, cid, call)
  return `Release ${release} was handed to the publisher.`
}

async function namesWithout(root: CID, names: readonly string[], context: ActContext): Promise<string[]> {
  const { domain, signal, timeoutMs } = context
  const states = await Promise.all(
    names.map(async (name) => {
      const { replica } = domain.replicas.find((entry) => entry.replica.name === name)!
      return replica.status(root, { signal, timeoutMs }).catch(errorCode)
    }),
  )
  signal.throwIfAborted()
  return names.filter((_, index) => states[index] !== 'pinned')
}

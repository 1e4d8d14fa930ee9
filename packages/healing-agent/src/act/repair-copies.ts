import { DomainSyncError, errorCode, type Replica } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import type { AgentReplica } from '../agent-domain.ts'
import type { AdditiveAction } from '../plan/action.ts'
import type { ActContext } from './act-context.ts'
import { AgentError } from './agent-error.ts'

/** Carries out an additive action. One sentence about what was done. */
export async function repairCopies(action: AdditiveAction, context: ActContext): Promise<string> {
  const { signal, timeoutMs, domain } = context
  switch (action.kind) {
    case 'restart':
      await find(context, action.replica).restart?.({ signal, timeoutMs })
      return `${action.replica} was started.`
    case 'repin': {
      const root = CID.parse(action.root)
      await find(context, action.replica).replica.pull?.(root, domain.origins ?? [], { signal, timeoutMs })
      return `${action.replica} was asked to pin ${action.root}.`
    }
    case 'reupload':
      await upload(context, { names: [action.replica], root: action.root })
      return `The release was uploaded to ${action.replica} again.`
    case 'spareProvider':
      await upload(context, { names: [action.spare], root: action.root })
      return `${action.spare} now holds the release instead of ${action.replica}.`
    case 'raise':
      await upload(context, { names: action.replicas, root: action.root })
      return `${action.replicas.join(', ')} hold the release while ${action.offline} is down.`
    case 'redeploy':
      await upload(context, { names: action.replicas, root: action.root })
      return `The live release was uploaded to ${action.replicas.join(', ')} again.`
  }
}

/** Uploads to all at once. Some may fail; all failing, or one of one, is a failure. */
export async function upload(
  context: ActContext,
  { names, root }: { names: readonly string[]; root: string },
): Promise<void> {
  const cid = CID.parse(root)
  const results = await Promise.allSettled(
    names.map((name) => send(context, { replica: find(context, name).replica, cid })),
  )
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  context.signal.throwIfAborted()
  if (errors.length === 0) return
  if (errors.length === 1 && errors[0] instanceof DomainSyncError) throw errors[0]
  const codes = errors.map(errorCode).join(', ')
  throw new AgentError('REDEPLOY_FAILED', `${errors.length} of ${names.length} uploads of ${root} failed (${codes}).`, {
    cause: new AggregateError(errors),
    state: 'The other copies are as they were.',
  })
}

async function send(context: ActContext, { replica, cid }: { replica: Replica; cid: CID }): Promise<void> {
  const { signal, timeoutMs, tools, survivors } = context
  const sources = survivors([replica.name])
  if (sources.length === 0) {
    throw new AgentError('NO_SURVIVOR', `No other replica is left to read ${cid} from.`, { state: 'Nothing was sent.' })
  }
  await replica.upload?.(cid, tools.carOf(cid, sources, { signal }), { signal, timeoutMs })
}

function find({ domain }: ActContext, name: string): AgentReplica {
  const entry = domain.replicas.find(({ replica }) => replica.name === name)
  if (entry !== undefined) return entry
  throw new AgentError('REPLICA_UNKNOWN', `${domain.name} has no replica "${name}".`, { retryable: false })
}

import { setTimeout as sleep } from 'node:timers/promises'
import { type CallOptions, callSignal, type ReplicaStatus } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { ReplicaError } from './replica-error.ts'

/** Time that a provider gets to pin what it has or can fetch, in milliseconds. */
export const PIN_TIMEOUT_MS = 300_000
/** The first pause between two looks; each later one is half as long again, up to {@link MAX_PAUSE_MS}. */
const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5_000

/**
 * Waits until a provider says that it keeps the root.
 *
 * @throws ReplicaError `PIN_FAILED` when it gave up, `PIN_TIMEOUT` when it takes too long; what `status` throws.
 */
export async function awaitPinned(
  root: CID,
  {
    name,
    status,
    ...call
  }: CallOptions & { name: string; status: (root: CID, call: CallOptions) => Promise<ReplicaStatus> },
): Promise<void> {
  const limit = callSignal(call, PIN_TIMEOUT_MS)
  let said: ReplicaStatus | undefined
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, MAX_PAUSE_MS)) {
      said = await status(root, { signal: limit })
      if (said === 'pinned') return
      if (said === 'failed') throw new ReplicaError('PIN_FAILED', `${name} could not pin ${root}.`)
      await sleep(pauseMs, undefined, { signal: limit })
    }
  } catch (error) {
    call.signal?.throwIfAborted()
    if (said === undefined || !limit.aborted) throw error
    throw new ReplicaError('PIN_TIMEOUT', `${name} has not pinned ${root} in time and still says "${said}".`)
  }
}

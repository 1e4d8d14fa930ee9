import { type CallOptions, type DomainState, rootFromHash } from '@domainsync/core'
import { encodeRotations, joinRotations, type Rotation } from '@domainsync/pq'
import { rotationsOfRelease } from '@domainsync/sdk'
import { isNoAnswer } from './no-answer.ts'
import type { PublisherPorts } from './publisher-ports.ts'

/**
 * `rotations.json` of the domain's next release: what the live one has, and what was signed here since; `undefined` when no key was
 * ever exchanged.
 *
 * @throws whatever the source rejects with when the live release cannot be read now: nothing of it may be lost
 */
export async function releaseRotations(
  state: DomainState,
  { ports, ...call }: CallOptions & { ports: Pick<PublisherPorts, 'reader' | 'rotations'> },
): Promise<Uint8Array | undefined> {
  const rotations = joinRotations(await liveRotations(state, { ports, ...call }), await ports.rotations(state.domain))
  return rotations.length === 0 ? undefined : encodeRotations(rotations)
}

/** Those of a release that is unreadable for good are as good as none. */
async function liveRotations(
  { head }: DomainState,
  { ports: { reader }, ...call }: CallOptions & { ports: Pick<PublisherPorts, 'reader'> },
): Promise<readonly Rotation[]> {
  if (head.live === 0) return []
  try {
    return await rotationsOfRelease(rootFromHash(head.ipfsHash), { source: reader, ...call })
  } catch (cause) {
    call.signal?.throwIfAborted()
    if (isNoAnswer(cause)) throw cause
    return []
  }
}

import type { CallOptions, Observation, Replica } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { noAnswer, sentence } from './no-answer.ts'
import { type ObserveContext, observed, type Seen } from './observe-context.ts'
import { probeName } from './probe-name.ts'

/** How much of a release is read back: everything, or root, manifest, directories and random blocks. */
export type ProofMode = 'full' | 'sample'

/** What reading a release back from one replica showed. */
export type ProofResult =
  | { readonly kind: 'proven'; readonly blocks: number }
  /** Blocks that are absent or wrong. */
  | { readonly kind: 'incomplete'; readonly reason: string }
  /** No answer; proves nothing. */
  | { readonly kind: 'unknown'; readonly reason: string }

export type Prove = (root: CID, replica: Replica, options: CallOptions & { mode: ProofMode }) => Promise<ProofResult>

/** First word of the value when the bytes were read back from this provider alone. */
export const STORED = 'stored'
/** First word of the value when the replica could not be reached at all. */
export const UNREACHABLE = 'unreachable'

/**
 * Whether a replica holds the release: its own word, and with `prove` a sample of the blocks. `pinned` alone is a claim, so
 * between proofs it only carries on what the last proof showed.
 */
export async function observeReplica(
  replica: Replica,
  root: CID,
  { prove, proven, ...context }: ObserveContext & { prove: Prove | undefined; proven: boolean },
): Promise<Observation> {
  const probe = probeName('replica', replica.name)
  const { signal, timeoutMs } = context
  const seen = async (): Promise<Seen> => {
    const status = await replica.status(root, { signal, timeoutMs })
    switch (status) {
      case 'absent':
      case 'failed':
        return { status: 'bad', value: status, evidence: `${replica.name} does not hold ${root} (${status}).` }
      case 'pending':
        return { status: 'unknown', value: status, evidence: `${replica.name} is still fetching ${root}.` }
      case 'pinned':
        break
    }
    if (prove === undefined) return claimed(replica, proven)
    return judge(replica, await prove(root, replica, { mode: 'sample', signal, timeoutMs }))
  }
  try {
    return observed(context, probe, await seen())
  } catch (error) {
    signal.throwIfAborted()
    const refused = noAnswer(error) === 'refused'
    const evidence = `${replica.name} could not be asked: ${sentence(error)}`
    return observed(context, probe, {
      status: refused ? 'bad' : 'unknown',
      value: refused ? UNREACHABLE : '?',
      evidence,
    })
  }
}

function claimed(replica: Replica, proven: boolean): Seen {
  return proven
    ? { status: 'good', value: STORED, evidence: `${replica.name} still says that it holds the release.` }
    : {
        status: 'unknown',
        value: 'claimed',
        evidence: `${replica.name} says that it holds the release; not proven yet.`,
      }
}

function judge(replica: Replica, result: ProofResult): Seen {
  switch (result.kind) {
    case 'proven': {
      const word = replica.evidence === 'stored' ? STORED : replica.evidence
      return { status: 'good', value: word, evidence: `${replica.name} gave ${result.blocks} blocks back.` }
    }
    case 'incomplete':
      return { status: 'bad', value: 'incomplete', evidence: `${replica.name}: ${result.reason}` }
    case 'unknown':
      return { status: 'unknown', value: '?', evidence: `${replica.name}: ${result.reason}` }
  }
}

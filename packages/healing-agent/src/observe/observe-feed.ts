import { type Bytes32, errorCode, type Observation } from '@domainsync/core'
import { type ObserveContext, observed, type Seen } from './observe-context.ts'
import { probeName } from './probe-name.ts'

export interface ObserveFeedOptions extends ObserveContext {
  /** What the domain has anchored; `undefined` when it is no feed. */
  readonly anchored: Bytes32 | undefined
  /** Computes the root from the manifest, and rejects when that gives another. */
  readonly check: (root: Bytes32) => Promise<void>
}

/** What a manifest that was read says; everything else is no answer. */
const REFUTED = new Set(['FEED_MISMATCH', 'FEED_MALFORMED', 'FEED_DUPLICATE', 'FEED_EMPTY', 'FEED_LEAF_INVALID'])

/** Whether the map that a feed has anchored is the one that its manifest publishes. */
export async function observeFeed({ anchored, check, ...context }: ObserveFeedOptions): Promise<Observation> {
  return observed(context, probeName('feed'), await seen(anchored, { check, ...context }))
}

async function seen(
  anchored: ObserveFeedOptions['anchored'],
  { check, signal }: Pick<ObserveFeedOptions, 'check' | 'signal'>,
): Promise<Seen> {
  if (anchored === undefined) return { status: 'good', value: 'none', evidence: 'It anchors no map of domains.' }
  try {
    await check(anchored)
    return { status: 'good', value: anchored, evidence: 'The manifest gives the root on chain.' }
  } catch (error) {
    signal.throwIfAborted()
    const code = errorCode(error)
    const status = REFUTED.has(code) ? 'bad' : 'unknown'
    return { status, value: code, evidence: error instanceof Error ? error.message : code }
  }
}

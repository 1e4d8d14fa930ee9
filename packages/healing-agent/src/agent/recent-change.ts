import type { CallOptions, Chain, DomainState } from '@domainsync/core'

/** How far back a change of the live release is looked for, in blocks: a minute of a fast chain. */
const RECENT_BLOCKS = 256

/**
 * When the release that is live became so, in milliseconds since 1970, by the chain's own clock; `undefined` when that was not just
 * now, or cannot be told. For an agent that starts right after a publish and did not see the change.
 */
export async function recentChange(chain: Chain, state: DomainState, call: CallOptions): Promise<number | undefined> {
  const { head, block, domain } = state
  const from = Math.max(0, block.number - RECENT_BLOCKS)
  let at: number | undefined
  try {
    for await (const { name, args } of chain.events(domain, { from, to: block.number }, call)) {
      if (name === 'DomainSync' && args.success === true && args.ipfsHash === head.ipfsHash)
        at = Number(args.timestamp) * 1_000
    }
  } catch {
    call.signal?.throwIfAborted()
  }
  return at
}

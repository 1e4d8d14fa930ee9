import type { CallOptions, ChainBlock } from '@domainsync/core'
import { ChainError } from '../rpc/rpc-error.ts'
import { askOperators, pollOperators, type QuorumHooks } from './ask-operators.ts'
import type { OperatorChain } from './rpc-chain.ts'

export interface HeadPoll extends CallOptions, QuorumHooks {
  readonly tag: 'latest' | 'safe'
  readonly quorum: number
  readonly maxLagBlocks: number
}

/**
 * The newest block that a quorum of distinct operators has, with one hash, at most `maxLagBlocks` behind the median of
 * their heads. Operators that lag are no dissenters; ones that show another hash at that height are.
 *
 * The lag does not count for `safe`, which moves by whole epochs and is never reorganised.
 */
export async function agreeOnHead(chains: readonly OperatorChain[], poll: HeadPoll): Promise<ChainBlock> {
  const { quorum, tag, maxLagBlocks, onDissent, ...rest } = poll
  const text = ({ number, hash }: ChainBlock) => `${number} ${hash}`
  const ask = (chain: OperatorChain, one: CallOptions) => chain.block(tag, one)
  const heads = await pollOperators(chains, { ...rest, quorum, what: `the ${tag} block`, ask, text })

  const heights = [...heads.values()].map(({ number }) => number).sort((a, b) => b - a)
  const highest = heights[quorum - 1]!
  const median = heights[Math.floor((heights.length - 1) / 2)]!
  const lowest = tag === 'safe' ? highest : Math.max(0, median - maxLagBlocks)
  for (let number = highest; number >= lowest; number--) {
    const having = chains.filter(({ operator }) => (heads.get(operator)?.number ?? -1) >= number)
    const block = async (chain: OperatorChain, one: CallOptions) => {
      const head = heads.get(chain.operator)
      return head?.number === number ? head : chain.block(number, one)
    }
    try {
      return await askOperators(having, { ...rest, quorum, what: `block ${number}`, ask: block, text, onDissent })
    } catch (error) {
      poll.signal?.throwIfAborted()
      if (number === lowest) throw error
    }
  }
  const said = [...heads].map(([operator, head]) => `${operator} says ${text(head)}`).join('; ')
  throw new ChainError(
    'RPC_NO_QUORUM',
    `No ${quorum} operators have a block at most ${maxLagBlocks} behind ${median}, the median: ${said}. Check the RPC URLs.`,
  )
}

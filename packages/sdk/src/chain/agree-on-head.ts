import type { CallOptions, ChainBlock } from '@domainsync/core'
import { ChainError } from '../rpc/rpc-error.ts'
import { askOperators, collect, type QuorumHooks } from './ask-operators.ts'
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
  const { quorum, tag, maxLagBlocks, onDissent, onFailure, ...call } = poll
  const what = `the ${tag} block`
  const ask = (chain: OperatorChain, one: CallOptions) => chain.block(tag, one)
  const text = ({ number, hash }: ChainBlock) => `${number} ${hash}`
  const answers = await collect(chains, { ...call, ask, text }, (found) => heights(found.values()).length >= quorum)

  const numbers = heights(answers.values())
  const highest = numbers[quorum - 1]
  // With too few answers, or only errors, the poll of the plain kind says who said what.
  if (highest === undefined) {
    const found = ({ operator }: OperatorChain) => {
      const answer = answers.get(operator)
      if (answer === undefined)
        return Promise.reject(new ChainError('RPC_TIMEOUT', `${operator} did not answer in time.`))
      return 'error' in answer ? Promise.reject(answer.error) : Promise.resolve(answer.value)
    }
    return askOperators(chains, { ...call, quorum, what, ask: found, text, onFailure })
  }
  for (const [operator, answer] of answers) {
    if ('error' in answer) onFailure?.({ operator, what, error: answer.error })
  }

  const median = numbers[Math.floor((numbers.length - 1) / 2)]!
  const lowest = tag === 'safe' ? highest : Math.max(0, median - maxLagBlocks)
  for (let number = highest; number >= lowest; number--) {
    const having = chains.filter(({ operator }) => heightOf(answers.get(operator)) >= number)
    try {
      return await askOperators(having, {
        ...call,
        quorum,
        what: `block ${number}`,
        ask: (chain, one) => askForBlock(chain, { ...one, number, known: answers.get(chain.operator) }),
        text,
        onDissent,
      })
    } catch (error) {
      call.signal?.throwIfAborted()
      if (number === lowest) throw error
    }
  }
  throw new ChainError(
    'RPC_NO_QUORUM',
    `No ${quorum} operators have a block at most ${maxLagBlocks} behind ${median}, the median: ${listed(answers)}. Check the RPC URLs.`,
  )
}

type Answers = Awaited<ReturnType<typeof collect<OperatorChain, ChainBlock>>>
type Answer = Answers extends ReadonlyMap<string, infer A> ? A : never

async function askForBlock(
  chain: OperatorChain,
  { number, known, ...call }: CallOptions & { number: number; known: Answer | undefined },
): Promise<ChainBlock> {
  const isKnown = known !== undefined && 'value' in known && known.value.number === number
  return isKnown ? known.value : chain.block(number, call)
}

/** Heights said, highest first. */
function heights(answers: Iterable<Answer>): number[] {
  return [...answers].flatMap((answer) => ('value' in answer ? [answer.value.number] : [])).sort((a, b) => b - a)
}

function heightOf(answer: Answer | undefined): number {
  return answer !== undefined && 'value' in answer ? answer.value.number : -1
}

function listed(answers: Answers): string {
  return [...answers].map(([operator, { text }]) => `${operator} says ${text}`).join('; ')
}

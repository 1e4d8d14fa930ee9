import type { BlockTag, CallOptions, Chain, ChainBlock, DomainName, RegistryEvent } from '@domainsync/core'
import { ChainError } from '../rpc/rpc-error.ts'
import { agreeOnHead } from './agree-on-head.ts'
import { askOperators, type QuorumHooks } from './ask-operators.ts'
import { canonicalText } from './canonical-text.ts'
import type { OperatorChain } from './rpc-chain.ts'

/** Blocks that the agreed head may lie behind the median of the operators' heads. */
export const MAX_LAG_BLOCKS = 3

export interface QuorumOptions extends QuorumHooks {
  /** Distinct operators that must say the same: a majority of them. 1 is for a single operator and must be said. */
  quorum?: number | undefined
  maxLagBlocks?: number | undefined
  /** Block that the registry was deployed in: its history is read from there on. */
  firstBlock?: number | undefined
  /** Oldest newest block that is accepted, in milliseconds; no limit by default. */
  maxAgeMs?: number | undefined
  /** Milliseconds since 1970; the system's clock by default. */
  now?: (() => number) | undefined
}

/**
 * Many operators as one chain: everything is asked of all of them and believed when a quorum of distinct operators says the
 * same, at one block. Liars are outvoted and named through `onDissent`.
 *
 * @throws ChainError `QUORUM_INVALID` at once; later `RPC_NO_QUORUM` with who said what, `CHAIN_STALE`, and what a quorum
 * of operators throws alike.
 */
export function createQuorumChain(chains: readonly OperatorChain[], options: QuorumOptions = {}): Chain {
  const quorum = checkQuorum(
    chains.map(({ operator }) => operator),
    options.quorum,
  )
  const hooks = { quorum, onDissent: options.onDissent, onFailure: options.onFailure }

  const block = async (tag: BlockTag, call: CallOptions): Promise<ChainBlock> => {
    if (typeof tag === 'number') {
      const ask = (chain: Chain, one: CallOptions) => chain.block(tag, one)
      return askOperators(chains, { ...call, ...hooks, what: `block ${tag}`, ask, text: blockText })
    }
    const maxLagBlocks = options.maxLagBlocks ?? MAX_LAG_BLOCKS
    const head = await agreeOnHead(chains, { ...call, ...hooks, tag, maxLagBlocks })
    if (tag === 'latest') checkAge(head, options)
    return head
  }

  return {
    name: `quorum of ${quorum}`,
    firstBlock: options.firstBlock,
    block: (tag, call = {}) => block(tag, call),
    domain: (domain, at, call = {}) =>
      askOperators(chains, {
        ...call,
        ...hooks,
        what: `${domain} at block ${at.number}`,
        ask: (chain, one) => chain.domain(domain, at, one),
        text: canonicalText,
      }),
    events: (domain, range, call = {}) => events(chains, domain, { ...call, ...hooks, range }),
  }
}

/**
 * The number of operators that must agree: as asked, or a majority.
 *
 * @throws ChainError `QUORUM_INVALID`
 */
export function checkQuorum(operators: readonly string[], asked: number | undefined): number {
  const distinct = new Set(operators).size
  const majority = Math.floor(distinct / 2) + 1
  if (distinct === 0) throw invalid('There is no RPC; configure at least one.')
  if (asked === undefined) {
    if (distinct > 1) return majority
    throw invalid('One operator is no quorum; add RPCs of other operators, or say "quorum: 1" to trust this one alone.')
  }
  if (Number.isInteger(asked) && asked >= majority && asked <= distinct) return asked
  throw invalid(
    `${asked} of ${distinct} distinct operators is no majority that can be reached; use ${majority} to ${distinct}.`,
  )
}

function invalid(message: string): ChainError {
  return new ChainError('QUORUM_INVALID', message, { retryable: false })
}

function checkAge({ number, timestamp }: ChainBlock, { maxAgeMs, now = Date.now }: QuorumOptions): void {
  const ageMs = now() - timestamp * 1000
  if (maxAgeMs === undefined || ageMs <= maxAgeMs) return
  throw new ChainError(
    'CHAIN_STALE',
    `The newest block that the operators agree on, ${number}, is ${Math.round(ageMs / 1000)} s old; ${Math.round(maxAgeMs / 1000)} s are allowed.`,
  )
}

async function* events(
  chains: readonly OperatorChain[],
  domain: DomainName,
  options: CallOptions & QuorumHooks & { quorum: number; range: { from: number; to: number } },
): AsyncIterable<RegistryEvent> {
  const { range, ...poll } = options
  yield* await askOperators<OperatorChain, readonly RegistryEvent[]>(chains, {
    ...poll,
    what: `the events of ${domain} in blocks ${range.from} to ${range.to}`,
    ask: async (chain, one) => {
      const list: RegistryEvent[] = []
      for await (const event of chain.events(domain, range, one)) list.push(event)
      return list
    },
    text: canonicalText,
  })
}

function blockText({ number, hash, timestamp }: ChainBlock): string {
  return `${number} ${hash} ${timestamp}`
}

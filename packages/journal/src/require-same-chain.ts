import type { Address, CallOptions, Chain } from '@domainsync/core'
import type { Cursors } from './cursors.ts'
import { JournalError } from './journal-error.ts'

/** Stands for the chain as such among the registries of a journal's cursors. */
const WHOLE_CHAIN: Address = `0x${'0'.repeat(40)}`

export interface SameChainOptions extends CallOptions {
  readonly chain: Pick<Chain, 'block'>
  readonly chainId: number
  readonly cursors: Cursors
  /** Only compare: a journal that knows no chain yet does not learn it. */
  readonly lookOnly?: boolean | undefined
}

/**
 * A journal's nonces and transactions are those of one chain, and a chain's first block stands for it. Remembers it, and refuses
 * another one under the same id: a development chain that was started anew, or an RPC of another network.
 *
 * @throws JournalError `CHAIN_CHANGED`; ChainError
 */
export async function requireSameChain({
  chain,
  chainId,
  cursors,
  lookOnly,
  ...call
}: SameChainOptions): Promise<void> {
  const first = await chain.block(0, call)
  const name = { chainId, registry: WHOLE_CHAIN }
  const known = await cursors.get(name)
  if (known === undefined) {
    if (!lookOnly) await cursors.set(name, first)
    return
  }
  if (known.hash === first.hash) return
  throw new JournalError(
    'CHAIN_CHANGED',
    `The journal belongs to another chain ${chainId}: its first block is ${known.hash}, not ${first.hash}. That one was wiped, or the RPCs are of another network.`,
    {
      state: 'Nothing was sent.',
      next: 'the RPCs of the old chain, or another "state" and "agent.store.path" for this one: domainsync config',
      retryable: false,
    },
  )
}

import { type CallOptions, type Chain, type ChainBlock, type DomainName, errorCode } from '@domainsync/core'
import type { FollowCursor } from './follow-record.ts'

/** Blocks that a cursor goes back when the chain no longer has its block. */
export const REWIND_BLOCKS = 64

/** What happened to a domain since the cursor. */
export interface SinceCursor {
  /** Names of its events, oldest first; those of blocks that were read before are among them after a rewind. */
  readonly events: readonly string[]
  /** The block that reading began at again, because the cursor's is no longer on the chain. */
  readonly rewoundTo: number | undefined
}

/**
 * Reads a domain's events from a cursor up to a block. A cursor whose block was reorganised away goes back first.
 *
 * @throws ChainError
 */
export async function readOn(
  cursor: FollowCursor,
  { chain, domain, to, ...call }: CallOptions & { chain: Chain; domain: DomainName; to: ChainBlock },
): Promise<SinceCursor> {
  const isOnChain = await stillOnChain(cursor, { chain, to, ...call })
  const rewoundTo = isOnChain
    ? undefined
    : Math.max(chain.firstBlock ?? 0, Math.min(cursor.number, to.number) - REWIND_BLOCKS)
  const from = rewoundTo ?? cursor.number + 1
  const events: string[] = []
  if (from <= to.number) {
    for await (const { name } of chain.events(domain, { from, to: to.number }, call)) events.push(name)
  }
  return { events, rewoundTo }
}

async function stillOnChain(
  { number, hash }: FollowCursor,
  { chain, to, ...call }: CallOptions & { chain: Chain; to: ChainBlock },
): Promise<boolean> {
  if (number >= to.number) return number === to.number && hash === to.hash
  try {
    return (await chain.block(number, call)).hash === hash
  } catch (error) {
    // The chain has become shorter meanwhile.
    if (errorCode(error) === 'BLOCK_UNKNOWN') return false
    throw error
  }
}

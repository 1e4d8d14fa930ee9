import type { Bytes32, ChainBlock } from '@domainsync/core'
import { ChainError } from '../rpc/rpc-error.ts'

/**
 * A block as `eth_getBlockByNumber` answers it; `undefined` for `null`, a block the operator does not have.
 *
 * @throws ChainError `RPC_MALFORMED`.
 */
export function parseBlock(value: unknown, origin: string): ChainBlock | undefined {
  if (value === null) return undefined
  const { number, hash, timestamp } = (value ?? {}) as Record<string, unknown>
  if (typeof hash !== 'string' || !/^0x[0-9a-f]{64}$/i.test(hash) || !isQuantity(number) || !isQuantity(timestamp)) {
    throw new ChainError('RPC_MALFORMED', `${origin} gave a block without a proper number, hash or time.`)
  }
  return { number: Number(number), hash: hash.toLowerCase() as Bytes32, timestamp: Number(timestamp) }
}

function isQuantity(value: unknown): value is string {
  return typeof value === 'string' && /^0x[0-9a-f]{1,13}$/i.test(value)
}

import { getBytes } from 'ethers'
import type { Row } from './row.ts'

/** What one storage word costs at least: one that was never read, set for the first time or again (EIP-2200, EIP-2929). */
const NEW_WORD = 22_100
const USED_WORD = 5_000

/** The formula of {@link receiptFloor}, for people. */
export const FLOOR_FORMULA =
  'floor = 21,000 + 16 a byte of calldata (4 when zero) + 375 + 375 a topic + 8 a byte for each log + 22,100 a new slot + 5,000 a used one'

/** The chain's own price of a transaction: being one, its calldata, its logs, its storage words. No code can be cheaper. */
export async function receiptFloor({ receipt, share, words: { fresh = 0, used = 0 } = {} }: Row): Promise<number> {
  const { data } = (await receipt.getTransaction())!
  const calldata = getBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0)
  const logs = receipt.logs.reduce((sum, log) => sum + 375 + 375 * log.topics.length + 8 * getBytes(log.data).length, 0)
  return (21_000 + calldata + logs + fresh * NEW_WORD + used * USED_WORD) / share
}

import { JournalError } from './journal-error.ts'

/** What an EIP-1559 transaction offers, in wei per gas. */
export interface TransactionFees {
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
}

/** Nodes take a replacement only when both fees rise by at least a tenth; ours rise by an eighth. */
const BUMP_DENOMINATOR = 8n

/** The fees of a replacement: both raised by at least 12.5 %, and no lower than what the network asks now. */
export function outbid(rivals: readonly TransactionFees[], now: TransactionFees): TransactionFees {
  const priority = highest([now.maxPriorityFeePerGasWei, ...rivals.map((fees) => raised(fees.maxPriorityFeePerGasWei))])
  const fee = highest([now.maxFeePerGasWei, ...rivals.map((fees) => raised(fees.maxFeePerGasWei)), priority])
  return { maxPriorityFeePerGasWei: priority, maxFeePerGasWei: fee }
}

const raised = (fee: bigint): bigint => fee + (fee === 0n ? 1n : (fee + BUMP_DENOMINATOR - 1n) / BUMP_DENOMINATOR)

function highest(fees: readonly bigint[]): bigint {
  let best = 0n
  for (const fee of fees) if (fee > best) best = fee
  return best
}

/**
 * Reads the fees out of raw signed bytes: `0x02 || rlp([chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, …])` (EIP-1559).
 *
 * @throws JournalError `TX_MALFORMED`
 */
export function transactionFees(raw: `0x${string}`): TransactionFees {
  const bytes = Uint8Array.from(raw.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  if (bytes[0] !== 2) throw malformed()
  const fields = integers(bytes, { start: listStart(bytes, 1), count: 4 })
  return { maxPriorityFeePerGasWei: fields[2]!, maxFeePerGasWei: fields[3]! }
}

/** Where the items of the RLP list at `at` begin. */
function listStart(bytes: Uint8Array, at: number): number {
  const head = bytes[at] ?? 0
  if (head < 0xc0) throw malformed()
  return at + 1 + (head > 0xf7 ? head - 0xf7 : 0)
}

/** The first RLP strings from `start` on, as integers of at most 32 bytes. */
function integers(bytes: Uint8Array, { start, count }: { start: number; count: number }): bigint[] {
  const found: bigint[] = []
  for (let at = start; found.length < count; ) {
    const head = bytes[at]
    if (head === undefined || head > 0x80 + 32) throw malformed()
    const first = head < 0x80 ? at : at + 1
    const end = head < 0x80 ? at + 1 : first + head - 0x80
    if (end > bytes.length) throw malformed()
    found.push(bytes.subarray(first, end).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n))
    at = end
  }
  return found
}

function malformed(): JournalError {
  return new JournalError('TX_MALFORMED', 'The stored bytes are no EIP-1559 transaction.', { retryable: false })
}

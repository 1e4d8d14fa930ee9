/** Tip when an operator has no opinion: 0.01 gwei. */
export const DEFAULT_TIP_WEI = 10_000_000n

/** What one operator says a transaction should offer. */
export interface FeeOpinion {
  readonly baseFeePerGasWei: bigint
  readonly tipPerGasWei: bigint
}

/** EIP-1559 fields of a transaction. */
export interface Fees {
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
}

/**
 * Twice the base fee plus the tip: it stays good for six full blocks in a row (EIP-1559 raises by 12.5 % a block). The median
 * of the operators counts, so a single one cannot make us overpay.
 */
export function feesOf(opinions: readonly FeeOpinion[]): Fees {
  const tip = median(opinions.map(({ tipPerGasWei }) => tipPerGasWei))
  return {
    maxFeePerGasWei: 2n * median(opinions.map(({ baseFeePerGasWei }) => baseFeePerGasWei)) + tip,
    maxPriorityFeePerGasWei: tip,
  }
}

/** The lower one of two in the middle. */
export function median(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  if (middle === undefined) throw new RangeError('the median of nothing')
  return middle
}

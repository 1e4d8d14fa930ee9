/** Prices that every dollar of the bench rests on; stated, not today's. */
export const FEES = {
  dollarsPerEther: 3_000,
  /** Mainnet, base fee and tip, in gwei. */
  mainnetGwei: 0.5,
  /** The L2's own execution, in gwei. */
  l2Gwei: 0.005,
  /** Mainnet's base fee as the L2 sees it, in gwei. */
  l1BaseFeeGwei: 0.5,
  /** A sixteenth of the base fee: the least that EIP-7918 lets blobs cost for long, in gwei. */
  l1BlobBaseFeeGwei: 0.5 / 16,
  /** Base's configuration of the L1 fee, in millionths. */
  l1BaseFeeScalar: 2_269,
  l1BlobBaseFeeScalar: 1_055_762,
} as const

/** The formulas of this file, for people. */
export const FEE_FORMULA = [
  `mainnet $ = gas × ${FEES.mainnetGwei} gwei × ${FEES.dollarsPerEther} $/ETH`,
  `OP stack $ = (gas × ${FEES.l2Gwei} gwei + L1 fee) × ${FEES.dollarsPerEther} $/ETH, no operator fee`,
  `L1 fee (Fjord) = max(100, 0.8365 × (n + n/255 + 16) − 42.5856) × (16 × ${FEES.l1BaseFeeScalar} × ${FEES.l1BaseFeeGwei} gwei + ${FEES.l1BlobBaseFeeScalar} × ${FEES.l1BlobBaseFeeGwei} gwei) / 10⁶,`,
  'n = bytes of the signed transaction; the oracle’s own upper bound of its compressed size, which 99.99 % of transactions stay under',
] as const

const GWEI = 1e-9

/** Dollars for gas on mainnet. */
export function mainnetDollars(gas: number): number {
  return gas * FEES.mainnetGwei * GWEI * FEES.dollarsPerEther
}

/** Dollars for a transaction on an OP-stack chain: execution and its share of mainnet's data fee. */
export function opStackDollars(gas: number, signedBytes: number): number {
  return (gas * FEES.l2Gwei + l1FeeGwei(signedBytes)) * GWEI * FEES.dollarsPerEther
}

/** The data fee of the Fjord rules, in gwei, with `getL1FeeUpperBound`'s estimate of the compressed size. */
export function l1FeeGwei(signedBytes: number): number {
  const compressed = signedBytes + Math.floor(signedBytes / 255) + 16
  const size = Math.max(100, 0.8365 * compressed - 42.5856)
  const perByte = 16 * FEES.l1BaseFeeScalar * FEES.l1BaseFeeGwei + FEES.l1BlobBaseFeeScalar * FEES.l1BlobBaseFeeGwei
  return (size * perByte) / 1e6
}

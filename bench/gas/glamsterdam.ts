/** An executed opcode and what it cost, as `debug_traceTransaction` tells. */
export interface TracedOp {
  readonly op: string
  readonly gasCost: number
}

/** What a forecast needs of a transaction that ran under Osaka's rules. */
export interface TracedCall {
  readonly gasUsed: number
  readonly calldataBytes: number
  readonly ops: readonly TracedOp[]
  /** Accounts with code that were called, without the one that the transaction went to. */
  readonly coldCalls: number
}

/** Where the numbers are from, for people. */
export const GLAMSTERDAM_SOURCE = [
  'EIP-2780: 12,000 a transaction + 3,000 its recipient (21,000 today). EIP-8037: 64 bytes × 1,530 a new slot, on top of writing it;',
  '1,530 a byte of code. EIP-8038: 2,100 a cold slot as today, 10,000 writing it (2,900 today), 3,000 a cold account. EIP-7976: at least 64 a byte of calldata.',
  'As in glamsterdam-devnet-8 and revm-primitives 43; EIP-2780, 8037 and 8038 were in last call until 2026-11-01. Uncertain: mainnet has no',
  'date, and the second testnet was put off in October 2026 to look at EIP-8037 again. Slots and accounts are counted in a trace of the very transaction.',
] as const

const TX_TODAY = 21_000
const TX = 12_000 + 3_000
const COLD_SLOT = 2_100
const WARM = 100
const WRITE = 10_000
const NEW_SLOT_STATE = 64 * 1_530
const CALLDATA_FLOOR = 64
const COLD_ACCOUNT_MORE = 3_000 - 2_600
/** Code is a second read from the database (EIP-8038). */
const CODE_MORE = 100

/** SSTORE by its price today (EIP-2200, 2929): each price means one case. */
const STORE = new Map([
  [22_100, COLD_SLOT + WRITE + NEW_SLOT_STATE],
  [20_000, WARM + WRITE + NEW_SLOT_STATE],
  [5_000, COLD_SLOT + WRITE],
  [2_900, WARM + WRITE],
  [2_200, COLD_SLOT],
  [100, WARM],
])

/** Gas of the same transaction under Glamsterdam's prices. Forecast: see {@link GLAMSTERDAM_SOURCE}. */
export function underGlamsterdam({ gasUsed, calldataBytes, ops, coldCalls }: TracedCall): number {
  const dearer = ops.reduce((sum, op) => sum + moreFor(op), 0)
  const execution = gasUsed - TX_TODAY + dearer + coldCalls * COLD_ACCOUNT_MORE
  return TX + Math.max(execution, CALLDATA_FLOOR * calldataBytes)
}

function moreFor({ op, gasCost }: TracedOp): number {
  if (op === 'EXTCODESIZE' || op === 'EXTCODECOPY') return CODE_MORE + (gasCost >= 2_600 ? COLD_ACCOUNT_MORE : 0)
  if (op !== 'SSTORE') return 0
  const price = STORE.get(gasCost)
  if (price === undefined) throw new Error(`an SSTORE cost ${gasCost} gas; no rule of today says so`)
  return price - gasCost
}

/** What a deployment of so many bytes of code costs more: their deposit and the new account (120 bytes of state). */
export function deploymentUnderGlamsterdam(gasUsed: number, codeBytes: number): number {
  const today = TX_TODAY + 32_000 + 200 * codeBytes
  const hash = 6 * Math.ceil(codeBytes / 32)
  return gasUsed - today + 12_000 + 9_000 + 3_000 + (120 + codeBytes) * 1_530 + hash
}

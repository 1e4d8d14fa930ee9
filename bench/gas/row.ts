import type { ContractTransactionReceipt, ContractTransactionResponse, TransactionReceipt } from 'ethers'

/** Storage words that a call cannot do without: set for the first time, or set again. */
export interface Words {
  readonly fresh?: number
  readonly used?: number
}

/** One operation that was sent and mined. */
export interface Row {
  readonly what: string
  readonly receipt: TransactionReceipt
  /** The receipt is shared by so many items or domains. */
  readonly share: number
  readonly words?: Words
  /** The goal, gas for each item. */
  readonly atMost?: number
}

/** Waits for an operation's receipt. */
export async function rowOf(
  what: string,
  sent: Promise<ContractTransactionResponse>,
  { share = 1, ...rest }: Partial<Pick<Row, 'share' | 'words' | 'atMost'>> = {},
): Promise<Row> {
  const receipt = (await (await sent).wait()) as ContractTransactionReceipt
  return { what, receipt, share, ...rest }
}

/** Gas of a row, for each item. */
export function gasOf({ receipt, share }: Row): number {
  return Number(receipt.gasUsed) / share
}

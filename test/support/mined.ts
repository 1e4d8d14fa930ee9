import type { ContractTransactionReceipt, TransactionResponse } from 'ethers'

const DEADLINE_MS = 30_000
const LOOK_EVERY_MS = 20

/**
 * The receipt of a transaction, asked for until it is there: ethers waits for the next block, which never comes on a node that mines at
 * once when it was mined between its first question and that.
 *
 * @throws ethers' `CALL_EXCEPTION` when it was reverted
 */
export async function mined(transaction: TransactionResponse): Promise<ContractTransactionReceipt> {
  const deadline = Date.now() + DEADLINE_MS
  for (;;) {
    const receipt = await transaction.provider.getTransactionReceipt(transaction.hash)
    if (receipt !== null) return (await transaction.wait(1, DEADLINE_MS)) as ContractTransactionReceipt
    if (Date.now() > deadline)
      throw new Error(`Transaction ${transaction.hash} is in no block after ${DEADLINE_MS} ms.`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

import type { Provider } from 'ethers'

/** The transaction that created a contract. */
export interface Creation {
  readonly block: number | null
  readonly transaction: string | null
}

/**
 * Finds where a contract that logs in its constructor was created: a binary search for the first block with its code, then
 * the first log there. A node that has thrown old states away may not know; then both are null.
 */
export async function creationOf(provider: Provider, address: string): Promise<Creation> {
  const latest = await provider.getBlockNumber()
  let [without, block] = [-1, latest]
  while (block - without > 1) {
    const middle = Math.floor((block + without) / 2)
    if (await hasCodeAt(provider, address, middle)) block = middle
    else without = middle
  }
  const logs = await provider.getLogs({ address, fromBlock: block, toBlock: block }).catch(() => [])
  return logs[0] ? { block, transaction: logs[0].transactionHash } : { block: null, transaction: null }
}

/** An old state that the node no longer has counts as "no code". */
async function hasCodeAt(provider: Provider, address: string, block: number): Promise<boolean> {
  const code = await provider.getCode(address, block).catch(() => '0x')
  return code !== '0x'
}

import type { Address, Bytes32, Transactor } from '@domainsync/core'
import { DomainSyncError } from '@domainsync/core'
import { isError, JsonRpcProvider, Transaction, Wallet } from 'ethers'

const GWEI = 10n ** 9n

/** The least that a transaction step needs, over one node. */
export function ethersTransactor(url: string, privateKey: string): Transactor & { close(): void } {
  const provider = new JsonRpcProvider(url, 31337, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 })
  const wallet = new Wallet(privateKey, provider)
  const address = wallet.address.toLowerCase() as Address
  return {
    account: async () => {
      const [nonce, balanceWei, block] = await Promise.all([
        provider.getTransactionCount(address, 'latest'),
        provider.getBalance(address),
        provider.getBlock('latest'),
      ])
      const maxFeePerGasWei = 2n * (block?.baseFeePerGas ?? 0n) + GWEI
      return { address, nonce, balanceWei, maxFeePerGasWei, maxPriorityFeePerGasWei: GWEI }
    },
    sign: async ({ to, data, nonce, gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei }) => {
      const fees = { maxFeePerGas: maxFeePerGasWei, maxPriorityFeePerGas: maxPriorityFeePerGasWei }
      const raw = await wallet.signTransaction({ type: 2, chainId: 31337, to, data, nonce, gasLimit, ...fees })
      return { raw: raw as `0x${string}`, hash: Transaction.from(raw).hash as Bytes32 }
    },
    submit: async (raw) => {
      try {
        await provider.broadcastTransaction(raw)
      } catch (cause) {
        if (await provider.getTransaction(Transaction.from(raw).hash!)) return
        const code = isError(cause, 'NONCE_EXPIRED') || /nonce too low/.test(String(cause)) ? 'NONCE_TAKEN' : undefined
        const name = code ?? (/underpriced|max fee per gas less/.test(String(cause)) ? 'TX_UNDERPRICED' : 'TX_REJECTED')
        throw new DomainSyncError(name, String(cause), { cause, retryable: code === undefined })
      }
    },
    receipt: async (hash) => {
      const receipt = await provider.getTransactionReceipt(hash)
      if (!receipt) return undefined
      return {
        hash,
        success: receipt.status === 1,
        block: { number: receipt.blockNumber, hash: receipt.blockHash as Bytes32 },
        gasUsed: receipt.gasUsed,
        gasPriceWei: receipt.gasPrice,
        confirmations: await receipt.confirmations(),
      }
    },
    close: () => provider.destroy(),
  }
}

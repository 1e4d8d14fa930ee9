import type { Address } from '@domainsync/core'
import type { RpcClient } from '../rpc/rpc-client.ts'
import { ChainError } from '../rpc/rpc-error.ts'

/** What every read of one operator needs. */
export interface RpcContext {
  readonly client: RpcClient
  readonly chainId: number
  readonly registry: Address
}

/** Makes sure that an answer to `eth_chainId` names the chain that was asked for. */
export function checkChainId({ client, chainId }: Pick<RpcContext, 'client' | 'chainId'>, answer: unknown): void {
  if (Number(answer) === chainId) return
  throw new ChainError(
    'CHAIN_ID_MISMATCH',
    `${client.origin} serves chain ${Number(answer)}, not ${chainId}; check the RPC URL and the chain id.`,
    { retryable: false },
  )
}

import type { Address, Bytes32, CallOptions, TransactionReceipt } from '@domainsync/core'
import { checkChainId } from '../chain/rpc-context.ts'
import { parseEndpoint, type RpcEndpoint } from '../chain/rpc-endpoint.ts'
import { resultOf } from '../rpc/parse-rpc-answer.ts'
import { createRpcClient, type RpcClient } from '../rpc/rpc-client.ts'
import { ChainError } from '../rpc/rpc-error.ts'
import { DEFAULT_TIP_WEI, type FeeOpinion } from './fees.ts'

/** One operator's view of an account and its transactions. */
export interface OperatorWallet {
  readonly operator: string
  readonly client: RpcClient
  readonly chainId: number
}

export interface OperatorWalletOptions {
  readonly chainId: number
  readonly timeoutMs?: number | undefined
  readonly fetch?: typeof globalThis.fetch | undefined
}

export function openOperatorWallet(
  endpoint: RpcEndpoint,
  { chainId, timeoutMs, fetch }: OperatorWalletOptions,
): OperatorWallet {
  const { url, operator } = parseEndpoint(endpoint)
  const client = createRpcClient({ url, timeoutMs, fetch })
  return { client, chainId, operator: operator ?? client.origin }
}

export interface AccountView extends FeeOpinion {
  readonly balanceWei: bigint
  readonly nonce: number
}

export async function readAccount(of: OperatorWallet, address: Address, call: CallOptions): Promise<AccountView> {
  const [chainId, balance, nonce, block, tip] = await of.client.batch(
    [
      { method: 'eth_chainId', params: [] },
      { method: 'eth_getBalance', params: [address, 'latest'] },
      { method: 'eth_getTransactionCount', params: [address, 'latest'] },
      { method: 'eth_getBlockByNumber', params: ['latest', false] },
      { method: 'eth_maxPriorityFeePerGas', params: [] },
    ],
    call,
  )
  checkChainId(of, resultOf(chainId))
  const { baseFeePerGas } = (resultOf(block) ?? {}) as Record<string, unknown>
  return {
    balanceWei: quantity(resultOf(balance), of),
    nonce: Number(quantity(resultOf(nonce), of)),
    // Absent on a chain without EIP-1559.
    baseFeePerGasWei: baseFeePerGas === undefined ? 0n : quantity(baseFeePerGas, of),
    // Not every operator has an opinion on the tip.
    tipPerGasWei: tip?.ok ? quantity(tip.value, of) : DEFAULT_TIP_WEI,
  }
}

export interface EstimateCall {
  readonly from: Address
  readonly to: Address
  readonly data: `0x${string}`
}

export async function estimateGas(of: OperatorWallet, request: EstimateCall, call: CallOptions): Promise<bigint> {
  const [chainId, gas] = await of.client.batch(
    [
      { method: 'eth_chainId', params: [] },
      { method: 'eth_estimateGas', params: [request] },
    ],
    call,
  )
  checkChainId(of, resultOf(chainId))
  return quantity(resultOf(gas), of)
}

/** A receipt and the operator's newest block; no receipt while it is not mined. */
export interface ReceiptView {
  readonly receipt: Omit<TransactionReceipt, 'confirmations'> | undefined
  readonly latest: number
}

export async function readReceipt(of: OperatorWallet, hash: Bytes32, call: CallOptions): Promise<ReceiptView> {
  const [chainId, latest, answer] = await of.client.batch(
    [
      { method: 'eth_chainId', params: [] },
      { method: 'eth_blockNumber', params: [] },
      { method: 'eth_getTransactionReceipt', params: [hash] },
    ],
    call,
  )
  checkChainId(of, resultOf(chainId))
  const found = resultOf(answer) as Record<string, unknown> | null
  return {
    latest: Number(quantity(resultOf(latest), of)),
    receipt: found === null || found.blockHash === null ? undefined : parseReceipt(found, { of, hash }),
  }
}

function parseReceipt(
  { transactionHash, blockNumber, blockHash, status, gasUsed, effectiveGasPrice }: Record<string, unknown>,
  { of, hash }: { of: OperatorWallet; hash: Bytes32 },
): Omit<TransactionReceipt, 'confirmations'> {
  if (typeof transactionHash !== 'string' || transactionHash.toLowerCase() !== hash || typeof blockHash !== 'string') {
    throw new ChainError('RPC_MALFORMED', `${of.client.origin} gave the receipt of another transaction.`)
  }
  return {
    hash,
    success: quantity(status, of) === 1n,
    block: { number: Number(quantity(blockNumber, of)), hash: blockHash.toLowerCase() as Bytes32 },
    gasUsed: quantity(gasUsed, of),
    gasPriceWei: quantity(effectiveGasPrice, of),
  }
}

/** True when the operator has the transaction, in its pool or in a block. */
export async function knowsTransaction(of: OperatorWallet, hash: Bytes32, call: CallOptions): Promise<boolean> {
  const [answer] = await of.client.batch([{ method: 'eth_getTransactionByHash', params: [hash] }], call)
  return resultOf(answer) !== null
}

function quantity(value: unknown, { client }: OperatorWallet): bigint {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value)
  throw new ChainError('RPC_MALFORMED', `${client.origin} gave something that is no number.`)
}

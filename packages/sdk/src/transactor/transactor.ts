import type { Account, Address, Bytes32, CallOptions, TransactionRequest, Transactor } from '@domainsync/core'
import { keccak256, Transaction, Wallet } from 'ethers'
import type { QuorumHooks } from '../chain/ask-operators.ts'
import { checkQuorum } from '../chain/quorum-chain.ts'
import type { RpcEndpoint } from '../chain/rpc-endpoint.ts'
import { agreeOnAccount, agreeOnGas, agreeOnReceipt } from './agreed-views.ts'
import type { Fees } from './fees.ts'
import { openOperatorWallet } from './operator-wallet.ts'
import { submitRaw } from './submit-raw.ts'
import { TransactorError } from './transactor-error.ts'

export interface TransactorOptions extends QuorumHooks {
  /** A private key (`0x`, 64 hex digits) or a wallet that holds one. */
  signer: string | Wallet
  chainId: number
  rpcUrls: readonly RpcEndpoint[]
  /** As for `createQuorumChain`: a majority by default; 1 must be said. */
  quorum?: number | undefined
  timeoutMs?: number | undefined
  fetch?: typeof globalThis.fetch | undefined
}

/** What a call would cost now. */
export interface Estimate extends Fees {
  /** What the operators expect it to use. */
  readonly gas: bigint
  /** What to allow: a quarter more, since state may change until it is mined. */
  readonly gasLimit: bigint
  /** `gasLimit × maxFeePerGasWei`: the most that it can cost, and what the key must hold. */
  readonly maxCostWei: bigint
}

/** A {@link Transactor} that can also look ahead. */
export interface EstimatingTransactor extends Transactor {
  readonly address: Address
  /**
   * @throws RegistryError when the registry would refuse the call (`STALE_SEQ`, `NOT_AUTHORIZED`, …); TransactorError
   * `KEY_NO_FUNDS` when the key cannot pay the most that it can cost.
   */
  estimate(call: Pick<TransactionRequest, 'to' | 'data'>, options?: CallOptions): Promise<Estimate>
}

/**
 * One key over several operators. What it reads is agreed by a quorum; for numbers that rise (nonce, balance) the highest that a
 * quorum has reached counts, for fees and gas the median.
 *
 * @throws TransactorError `KEY_INVALID`, ChainError `QUORUM_INVALID` at once.
 */
export function createTransactor(options: TransactorOptions): EstimatingTransactor {
  const wallet = walletOf(options.signer)
  const address = wallet.address.toLowerCase() as Address
  const wallets = options.rpcUrls.map((endpoint) => openOperatorWallet(endpoint, options))
  const quorum = checkQuorum(
    wallets.map(({ operator }) => operator),
    options.quorum,
  )
  const hooks = { quorum, onDissent: options.onDissent, onFailure: options.onFailure }

  const account = (call: CallOptions) => agreeOnAccount(wallets, { ...call, ...hooks, address })

  return {
    address,
    account: (call = {}) => account(call),
    sign: (request) => sign(wallet, request, options.chainId),
    submit: (raw, call = {}) => submitRaw(wallets, { ...call, raw, hash: keccak256(raw) as Bytes32 }),
    receipt: (hash, call = {}) => agreeOnReceipt(wallets, { ...call, ...hooks, hash: hash.toLowerCase() as Bytes32 }),
    async estimate({ to, data }, call = {}) {
      const [gas, state] = await Promise.all([
        agreeOnGas(wallets, { ...call, ...hooks, request: { from: address, to, data } }),
        account(call),
      ])
      const { maxFeePerGasWei, maxPriorityFeePerGasWei, balanceWei } = state
      const gasLimit = gas + gas / 4n
      const maxCostWei = gasLimit * maxFeePerGasWei
      checkFunds({ address, balanceWei, maxCostWei })
      return { gas, gasLimit, maxCostWei, maxFeePerGasWei, maxPriorityFeePerGasWei }
    },
  }
}

/** @throws TransactorError `KEY_NO_FUNDS` when the balance is below the most that a transaction can cost. */
export function checkFunds({
  address,
  balanceWei,
  maxCostWei,
}: Pick<Account, 'address' | 'balanceWei'> & { maxCostWei: bigint }): void {
  if (balanceWei >= maxCostWei) return
  throw new TransactorError(
    'KEY_NO_FUNDS',
    `The key ${address} holds ${balanceWei} wei; the transaction can cost up to ${maxCostWei}. Send it ${maxCostWei - balanceWei} wei or more.`,
  )
}

function walletOf(signer: string | Wallet): Wallet {
  if (typeof signer !== 'string') return signer
  try {
    return new Wallet(signer)
  } catch {
    // Without the cause, which may show the key.
    throw new TransactorError('KEY_INVALID', 'The key is not a private key: "0x" and 64 hex digits.', {
      retryable: false,
    })
  }
}

async function sign(
  wallet: Wallet,
  { to, data, nonce, gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei }: TransactionRequest,
  chainId: number,
): Promise<{ raw: `0x${string}`; hash: Bytes32 }> {
  const unsigned = Transaction.from({
    type: 2,
    chainId,
    to,
    data,
    nonce,
    gasLimit,
    maxFeePerGas: maxFeePerGasWei,
    maxPriorityFeePerGas: maxPriorityFeePerGasWei,
  })
  unsigned.signature = wallet.signingKey.sign(unsigned.unsignedHash)
  const raw = unsigned.serialized as `0x${string}`
  return { raw, hash: keccak256(raw) as Bytes32 }
}

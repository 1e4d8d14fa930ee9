import { type Bytes32, type CallOptions, DomainSyncError, type TransactionReceipt } from '@domainsync/core'
import { pause } from '../pause.ts'
import type { EstimatingTransactor } from '../transactor/transactor.ts'
import type { RegistryCall } from './registry-call.ts'

/** How long a transaction is waited for, in milliseconds. */
const MINED_TIMEOUT_MS = 180_000
const LOOK_EVERY_MS = 500

export interface SendOptions extends CallOptions {
  readonly transactor: EstimatingTransactor
  /** Called when the operators have it; from then on it may be mined. */
  readonly onSent?: ((hash: Bytes32) => void) | undefined
}

/**
 * Sends one call of the registry and waits until it is mined. For calls that the registry itself makes idempotent; a
 * publish goes through the journal.
 *
 * @throws RegistryError when the registry refuses it; TransactorError `KEY_NO_FUNDS`; DomainSyncError `TX_NOT_MINED`,
 * `TX_REVERTED`
 */
export async function sendCall(
  call: Pick<RegistryCall, 'to' | 'data'>,
  { transactor, onSent, ...options }: SendOptions,
): Promise<TransactionReceipt> {
  const { gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei } = await transactor.estimate(call, options)
  const { nonce } = await transactor.account(options)
  const { to, data } = call
  const signed = await transactor.sign({ to, data, nonce, gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei })
  await transactor.submit(signed.raw, options)
  onSent?.(signed.hash)
  const until = performance.now() + MINED_TIMEOUT_MS
  while (performance.now() < until) {
    const receipt = await transactor.receipt(signed.hash, options)
    if (receipt?.success) return receipt
    if (receipt) throw new DomainSyncError('TX_REVERTED', `Transaction ${signed.hash} was mined and reverted.`)
    await pause(LOOK_EVERY_MS, options.signal)
  }
  throw new DomainSyncError(
    'TX_NOT_MINED',
    `Transaction ${signed.hash} is not mined after ${MINED_TIMEOUT_MS / 1_000} s.`,
    { state: 'It may still be mined; the same command again says what is so by then.' },
  )
}

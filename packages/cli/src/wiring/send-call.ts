import { type Address, type CallOptions, DomainSyncError, type TransactionReceipt } from '@domainsync/core'
import { systemClock } from '@domainsync/journal'
import type { EstimatingTransactor } from '@domainsync/sdk'

/** How long a transaction is waited for, in milliseconds. */
const MINED_TIMEOUT_MS = 180_000
const LOOK_EVERY_MS = 500

/**
 * Sends one call of the registry and waits until it is mined. For calls that the registry itself makes idempotent; a
 * publish goes through the journal.
 *
 * @throws RegistryError when the registry refuses it; TransactorError `KEY_NO_FUNDS`; DomainSyncError `TX_NOT_MINED`,
 * `TX_REVERTED`
 */
export async function sendCall(
  call: { readonly to: Address; readonly data: `0x${string}` },
  { transactor, ...options }: CallOptions & { transactor: EstimatingTransactor },
): Promise<TransactionReceipt> {
  const { gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei } = await transactor.estimate(call, options)
  const { nonce } = await transactor.account(options)
  const signed = await transactor.sign({ ...call, nonce, gasLimit, maxFeePerGasWei, maxPriorityFeePerGasWei })
  await transactor.submit(signed.raw, options)
  const until = systemClock.monotonic() + MINED_TIMEOUT_MS
  while (systemClock.monotonic() < until) {
    const receipt = await transactor.receipt(signed.hash, options)
    if (receipt?.success) return receipt
    if (receipt) throw new DomainSyncError('TX_REVERTED', `Transaction ${signed.hash} was mined and reverted.`)
    await systemClock.sleep(LOOK_EVERY_MS, options.signal)
  }
  throw new DomainSyncError(
    'TX_NOT_MINED',
    `Transaction ${signed.hash} is not mined after ${MINED_TIMEOUT_MS / 1_000} s.`,
    {
      state: 'It may still be mined.',
    },
  )
}

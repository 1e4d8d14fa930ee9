import type { Account } from '@domainsync/core'
import { JournalError } from './journal-error.ts'
import type { Sending } from './send-transaction.ts'
import type { StepRun } from './step-definition.ts'
import { parseStepKey } from './step-key.ts'

/**
 * A transaction cannot be mined before those at the lower nonces of its account. Sends again the stored ones of running
 * operations, whose process may have been killed before it sent them.
 *
 * @throws JournalError `NONCE_GAP` when a lower nonce is held by an operation that was interrupted before it signed, or that
 * failed: only another transaction of the account can fill it.
 */
export async function sendLowerNonces<Context>(
  run: StepRun<Context>,
  { sending, account, nonce }: { sending: Sending; account: Account; nonce: number },
): Promise<void> {
  if (account.nonce >= nonce) return
  const running = new Map((await run.journal.running()).map(({ id, domain }) => [id, domain]))
  for (let lower = account.nonce; lower < nonce; lower++) {
    const place = { chainId: sending.chainId, sender: account.address, nonce: lower }
    const newest = (await sending.transactions.atNonce(place)).at(-1)
    if (newest && running.has(parseStepKey(newest.stepKey).operationId)) {
      await sending.transactor.submit(newest.raw, { signal: run.signal })
      continue
    }
    const others = [...running.values()].filter((domain) => domain !== run.operation.domain)
    const whose = others.length > 0 ? ` (interrupted operations are known of ${others.join(', ')})` : ''
    throw new JournalError(
      'NONCE_GAP',
      `The transaction at nonce ${nonce} of ${account.address} waits for nonce ${lower}, which was given out but not used; run the interrupted operation that holds it again${whose}.`,
    )
  }
}

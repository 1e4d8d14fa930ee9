import type { Provider } from 'ethers'
import { DeployError } from './deploy-error.ts'

/** Time that earlier transactions of the deployer may take to be mined, in milliseconds. */
export const SETTLE_TIMEOUT_MS = 300_000
const POLL_MS = 250

/**
 * Waits until nothing of an account is in flight. A run that was killed after sending left its transaction behind: sending
 * another one before that is mined would pay twice.
 *
 * @throws DeployError `DEPLOY_PENDING` when the time is over.
 */
export async function settled(provider: Provider, account: string, timeoutMs = SETTLE_TIMEOUT_MS): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const mined = await provider.getTransactionCount(account, 'latest')
    const sent = await provider.getTransactionCount(account, 'pending')
    if (mined >= sent) return
    if (Date.now() > deadline) {
      throw new DeployError(
        'DEPLOY_PENDING',
        `${sent - mined} transactions of ${account} are not mined after ${timeoutMs} ms; wait for them and run this again.`,
        { state: 'Nothing more was sent.' },
      )
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

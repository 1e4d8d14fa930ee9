import { createInterface } from 'node:readline/promises'
import { DomainSyncError } from '@domainsync/core'
import type { Terminal } from './terminal.ts'

/** The chain of local development nodes; nothing there costs money. */
export const LOCAL_CHAIN_ID = 31_337

/**
 * Asks before something is written to a real chain, or signed for one. Local chains and `--yes` need no question.
 *
 * @throws DomainSyncError `CONFIRM_REQUIRED` where nobody can be asked, `CONFIRM_DECLINED` when the answer is no.
 */
export async function confirmWrite(
  question: string,
  {
    terminal,
    yes,
    chainId,
    signal,
    deed = `This writes to chain ${chainId}`,
  }: { terminal: Terminal; yes: boolean; chainId: number; signal: AbortSignal; deed?: string },
): Promise<void> {
  if (yes || chainId === LOCAL_CHAIN_ID) return
  if (!terminal.interactive) {
    throw new DomainSyncError('CONFIRM_REQUIRED', `${deed} and nobody can be asked.`, {
      state: 'Nothing was written.',
      next: 'the same command with --yes',
      retryable: false,
    })
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await reader.question(`${question} [y/N] `, { signal })
    if (/^y(es)?$/i.test(answer.trim())) return
  } finally {
    reader.close()
  }
  throw new DomainSyncError('CONFIRM_DECLINED', 'You said no.', { state: 'Nothing was written.', retryable: false })
}

import { errorCode } from '@domainsync/core'
import type { ImportProgress } from '@domainsync/ipfs-mirror'
import type { Progress } from '@domainsync/journal'
import type { TransferProgress } from '@domainsync/publisher'
import { jobProgress } from './job-progress.ts'
import { shortDuration } from './short.ts'
import type { Terminal } from './terminal.ts'

/** What each step is doing, for a person. */
const STEPS: Readonly<Record<string, string>> = {
  sign: 'signing the release',
  fetch: 'fetching the release',
  car: 'writing one CAR',
  replicate: 'sending it to every provider',
  prove: 'reading it back from each',
  sync: 'recording it on chain',
  confirm: 'waiting for the quorum to see it',
  swap: 'pointing DNS to it',
  propagation: 'watching the resolvers',
  unpin: 'letting go of old releases',
  notify: 'telling who wants to know',
  rollback: 'going back on chain',
}

/** Shows each step of an operation as it begins, and how long it took; how far the import and the long steps are. */
export function publishProgress(terminal: Terminal, now: () => number = performance.now.bind(performance)) {
  const jobs = jobProgress(terminal, now)
  const onStep = stepProgress(terminal, now)
  return {
    onImport: ({ files, filesDone, sizeBytes, bytesDone }: ImportProgress): void => {
      if (filesDone === files) jobs.end()
      else
        jobs.at('importing', {
          bytes: bytesDone,
          totalBytes: sizeBytes,
          items: { name: 'files', done: filesDone, total: files },
        })
    },
    onTransfer: ({ step, domain, bytes, totalBytes, providers, sample }: TransferProgress): void => {
      const items = providers && { name: 'providers', ...providers }
      jobs.at(`${domain}  ${STEPS[step]}${sample ? ', a sample:' : ''}`, { bytes, totalBytes, items })
    },
    onProgress: (progress: Progress): void => {
      if (progress.phase === 'done') jobs.end()
      onStep(progress)
    },
  }
}

function stepProgress(terminal: Terminal, now: () => number) {
  const startedAt = new Map<string, number>()
  const { dim, green, yellow } = terminal.colors
  return ({ operation, step, phase, error, delayMs, resumed }: Progress): void => {
    const key = `${operation.id} ${step}`
    const what = `${operation.domain}  ${STEPS[step] ?? step}`
    if (phase === 'start' && !startedAt.has(key)) {
      startedAt.set(key, now())
      terminal.progress(dim(`  … ${what}${resumed ? ' (going on)' : ''}`))
    }
    if (phase === 'retry')
      terminal.progress(yellow(`  ! ${what}: ${errorCode(error)}, again in ${shortDuration(delayMs ?? 0)}`))
    if (phase === 'done')
      terminal.progress(`  ${green('✓')} ${what}  ${dim(shortDuration(now() - startedAt.get(key)!))}`)
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Campaign, CampaignResult } from './campaign.ts'

export interface WorkerOptions {
  /** Processes at once. */
  jobs: number
  onResult(result: CampaignResult): void
}

/** Runs campaigns until one breaks a rule, of which the calls are then shown. */
export async function runWorkers(campaigns: readonly Campaign[], { jobs, onResult }: WorkerOptions): Promise<void> {
  const waiting = [...campaigns]
  let broken = false
  await Promise.all(
    Array.from({ length: Math.min(jobs, campaigns.length) }, async () => {
      const worker = fork(join(import.meta.dirname, 'worker.ts'), { silent: true })
      const output = collect(worker)
      const ended = once(worker, 'exit').then(() => [undefined])
      for (let next = waiting.shift(); next !== undefined && !broken; next = waiting.shift()) {
        worker.send(next)
        // It answers nothing when it ends before its time.
        const [result] = (await Promise.race([once(worker, 'message'), ended])) as [CampaignResult | undefined]
        if (!result?.passed) console.error(output())
        broken ||= !result?.passed
        onResult(result ?? { passed: false, counts: {} })
      }
      if (worker.connected) worker.disconnect()
    }),
  )
}

function collect({ stdout, stderr }: ChildProcess): () => string {
  let text = ''
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk
    })
  }
  return () => text
}

import { existsSync } from 'node:fs'
import { loadConfig } from '../../packages/cli/dist/config/load-config.js'
import { openAgent } from '../../packages/cli/dist/wiring/open-agent.js'
import type { Progress } from '../../packages/journal/dist/index.js'

/** The resident in a process of its own, killed, when asked, at one exact point. Its one argument is this as JSON. */
export interface AgentTask {
  readonly config: string
  /** `step:phase` of an operation: the process kills itself there with SIGKILL. */
  readonly killAt?: string
  /** The process stands still there until the file is made. */
  readonly pauseAt?: { readonly point: string; readonly until: string }
}

/** Each point that was passed goes to stdout, a line each. */
const task = JSON.parse(process.argv[2]!) as AgentTask
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())

await using agent = await openAgent(await loadConfig(task.config), {
  onEvent: (line) => console.error(line),
  // As many faults in a minute as no day has.
  settings: { maxRollbacksPerDay: 1_000 },
  onProgress: ({ step, phase }: Progress) => {
    const point = `${step}:${phase}`
    if (point === task.killAt) die()
    console.log(point)
    while (point === task.pauseAt?.point && !existsSync(task.pauseAt.until)) standStill(20)
  },
})
await agent.run({ signal: stop.signal })

/** Nothing runs after it. */
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;) standStill(1_000)
}

/** Not even a timer runs meanwhile. */
function standStill(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs)
}

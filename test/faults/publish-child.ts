import { loadConfig } from '../../packages/cli/dist/config/load-config.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import type { Progress } from '../../packages/journal/dist/index.js'

/** One publish in a process of its own, killed, when asked, at one exact point. Its one argument is this as JSON. */
export interface PublishTask {
  readonly config: string
  readonly domain: string
  /** The folder, or the root of a release that was signed elsewhere. */
  readonly source: { readonly from: string } | { readonly root: string }
  /** `step:phase`: the process kills itself there with SIGKILL. */
  readonly killAt?: string
  /** Goes on with what was interrupted, and publishes nothing new. */
  readonly resume?: boolean
}

/** Each point that was passed goes to stdout, a line each. */
const task = JSON.parse(process.argv[2]!) as PublishTask
const onProgress = ({ step, phase }: Progress) => {
  const point = `${step}:${phase}`
  if (point === task.killAt) die()
  console.log(point)
}

await using publisher = await openPublisher(await loadConfig(task.config))
if (task.resume) await publisher.resume(task.domain, { onProgress })
else await publisher.publish(await publisher.plan(task.domain, { ...task.source, onProgress }), { onProgress })

/** Nothing runs after it. */
function die(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { openPublisher } from '../packages/cli/dist/wiring/open-publisher.js'
import { openServers } from '../packages/cli/dist/wiring/open-servers.js'
import { reservePorts } from '../packages/core/dist/node/index.js'
import { startRpcProxy } from '../test/support/lying-rpc.ts'
import { DOMAIN, openPublishWorld } from '../test/support/publish-world.ts'
import { report } from './report.ts'

const RUNS = 9
/** What `serve` does unless configured. */
const REFRESH_EVERY_MS = 5_000
const IDLE_MS = 20_000
const MAX_GAP_MS = 500
/** Pause between two questions to chain and node while measuring, in milliseconds. */
const POLL_MS = 3

await using world = await openPublishWorld('anvil')
await using rpc = await startRpcProxy(world.chain.url)
const [port] = (await reservePorts(1)) as [number]
const config = await world.configWith('bench', (raw) => {
  const [first] = Object.values(raw.providers)
  raw.providers.bench = { ...first!, path: 'state/bench', url: `http://127.0.0.1:${port}` } as NonNullable<typeof first>
  raw.network.rpcUrls = [rpc.url]
  raw.serve = { refreshEveryMs: REFRESH_EVERY_MS }
})
const stop = new AbortController()
await using _ = await openServers(config, { names: ['bench'], signal: stop.signal, onEvent: () => {} })

async function served(): Promise<string> {
  const asked = request({ host: '127.0.0.1', port, path: '/', headers: { host: DOMAIN } })
  asked.end()
  const [response] = await once(asked, 'response')
  return text(response)
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(POLL_MS)
}

/** Milliseconds from the block that makes a release live until the node serves it. */
async function gap(body: string): Promise<number> {
  const from = await world.writeSite({ 'index.html': body })
  const before = `${await world.liveRoot()}`
  await using publisher = await openPublisher(config)
  const publishing = publisher.publish(await publisher.plan(DOMAIN, { from }))
  await until(async () => `${await world.liveRoot()}` !== before)
  const started = performance.now()
  await until(async () => (await served()) === body)
  const ms = performance.now() - started
  await publishing
  return ms
}

const gaps: number[] = []
for (let run = 0; run < RUNS; run++) gaps.push(await gap(`release ${run}`))
const before = rpc.requests()
await delay(IDLE_MS)
const idle = rpc.requests() - before
report('serve', [
  {
    what: 'block to served, publish',
    value: gaps.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!,
    unit: 'ms',
    reference: 'pause between looks',
    referenceValue: REFRESH_EVERY_MS,
    goal: { of: 'value', atMost: MAX_GAP_MS },
  },
  {
    what: 'RPC requests, idle',
    value: (idle * 60_000) / IDLE_MS,
    unit: '/ minute',
    reference: 'looks',
    referenceValue: 60_000 / REFRESH_EVERY_MS,
    goal: { of: 'ratio', atMost: 1.5 },
  },
])
stop.abort()

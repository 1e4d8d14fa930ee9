import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AgentStage, closed, done } from './agent-stage.test.support.ts'
import { testRoot, type VirtualClock, type World } from './agent-world.test.support.ts'

const HOURS_MS = 5 * 3_600_000
const MINUTE_MS = 60_000

let stage: AgentStage
let world: World
let clock: VirtualClock

beforeEach(async () => {
  stage = await AgentStage.open()
  ;({ world, clock } = stage)
})
afterEach(() => stage[Symbol.asyncDispose]())

let forged = 0
function forge(): void {
  forged += 1
  world.dns.cid = `${testRoot(`forged ${forged}`)}`
}

const drifted = () => world.dns.cid !== world.liveRoot()

describe.each([
  ['ahead', HOURS_MS],
  ['back', -HOURS_MS],
])('a clock that goes hours %s', (_, jumpMs) => {
  it('does not blind a running agent', async () => {
    const agent = stage.agent()
    await stage.watch(agent, { limitMs: 2 * MINUTE_MS })
    clock.jump(jumpMs)
    forge()
    const startedAt = clock.monotonic()
    await stage.until(agent, (report) => !drifted() && closed(report), { limitMs: 5 * MINUTE_MS })
    expect(clock.monotonic() - startedAt).toBeLessThan(MINUTE_MS)
  })

  it('does not blind an agent that starts afterwards', async () => {
    await stage.watch(stage.agent(), { limitMs: 2 * MINUTE_MS })
    clock.jump(jumpMs)
    forge()
    const startedAt = clock.monotonic()
    await stage.until(stage.agent(), (report) => !drifted() && closed(report), { limitMs: 5 * MINUTE_MS })
    expect(clock.monotonic() - startedAt).toBeLessThan(MINUTE_MS)
  })

  it('in the middle of a repair leaves its pauses and its number of tries', async () => {
    world.served = { status: 200, body: 'defaced' }
    const agent = stage.agent()
    const [node] = world.replicas
    await stage.until(agent, () => node!.uploads === 1)
    clock.jump(jumpMs)
    const startedAt = clock.monotonic()
    await stage.until(agent, ({ actions }) => actions.some(({ action }) => action.kind === 'page'))
    expect(node!.uploads).toBe(2)
    expect(clock.monotonic() - startedAt).toBeLessThan(2 * MINUTE_MS)
    await stage.watch(agent, { limitMs: 10 * MINUTE_MS })
    expect(node!.uploads).toBe(2)
  })

  it('hands a domain to the next agent after a minute at most', async () => {
    await stage.store.leases.claimDue({
      owner: 'a dead agent of another host',
      now: clock.now(),
      durationMs: MINUTE_MS,
      limit: 1,
      domains: [world.name],
    })
    clock.jump(jumpMs)
    forge()
    const startedAt = clock.monotonic()
    await stage.until(stage.agent(), () => !drifted(), { limitMs: 5 * MINUTE_MS })
    expect(clock.monotonic() - startedAt).toBeLessThan(2 * MINUTE_MS)
  })
})

it.each([
  ['ahead', HOURS_MS],
  ['back', -HOURS_MS],
  ['ahead and back in turn', 0],
])('a clock that goes hours %s between attacks does not lift the cap of repairs', async (_, jumpMs) => {
  const agent = stage.agent()
  const run = stage.watch(agent, { limitMs: 50 * MINUTE_MS })
  for (let n = 0; n < 40; n++) {
    const at = clock.monotonic() + MINUTE_MS
    while (clock.monotonic() < at) await new Promise((resolve) => setImmediate(resolve))
    forge()
    clock.jump(jumpMs === 0 ? (n % 2 === 0 ? HOURS_MS : -HOURS_MS) : jumpMs)
  }
  const reports = await run
  expect(done(reports).length).toBeGreaterThan(0)
  expect(world.dns.swaps).toBeLessThanOrEqual(6)
  expect(reports.at(-1)!.freezes).toMatchObject([{ cause: 'RepairExhausted' }])
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DomainSyncError, type JsonValue } from '@domainsync/core'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Progress, type RunOptions, runOperation } from './run-operation.ts'
import type { StepDefinition } from './step-definition.ts'
import type { Store } from './store.ts'
import { openSqliteStore } from './stores/sqlite/open-sqlite-store.ts'
import { virtualClock } from './test/virtual-clock.ts'
import { UndoneError } from './undone-error.ts'

const refusal = new DomainSyncError('REFUSED', 'The registry refuses.', { retryable: false })
const blip = () => new DomainSyncError('BLIP', 'The network failed.')

describe('runOperation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let count = 0
  let clock = virtualClock()
  let store: Store
  /** What the steps changed: each effect sets its key. */
  let world: Map<string, JsonValue>
  let effects: string[]
  beforeEach(async () => {
    clock = virtualClock()
    store = await openSqliteStore(join(folder, `${count++}.db`), { clock })
    world = new Map()
    effects = []
  })
  afterEach(() => store.close())

  const step = (key: string, change: Partial<StepDefinition<undefined>> = {}): StepDefinition<undefined> => ({
    key,
    intent: async () => `to ${key}`,
    effect: async (_run, intent) => {
      effects.push(key)
      world.set(key, intent)
    },
    observe: async () => world.get(key),
    ...change,
  })

  const open = (keys: readonly string[], epoch?: number) =>
    store.journal.open({
      id: '0xop',
      kind: 'publish',
      domain: 'a.test',
      expectedSeq: 1,
      steps: keys,
      ...(epoch === undefined ? {} : { epoch }),
    })

  async function run(
    steps: readonly StepDefinition<undefined>[],
    options: Partial<RunOptions<undefined>> & { epoch?: number } = {},
  ) {
    const operation = await open(
      steps.map(({ key }) => key),
      options.epoch,
    )
    return runOperation(operation, steps, { journal: store.journal, context: undefined, clock, ...options })
  }
  const now = () => store.operations.operation('0xop')

  it('runs the steps in order and says where it is', async () => {
    const phases: string[] = []
    const operation = await run([step('a'), step('b')], {
      onProgress: ({ step, phase, attempt, resumed }) => phases.push(`${step} ${phase} ${attempt} ${resumed}`),
    })
    expect(operation).toMatchObject({ state: 'done', steps: [{ receipt: 'to a' }, { receipt: 'to b' }] })
    expect(phases).toEqual(
      ['a', 'b'].flatMap((key) => ['start', 'intent', 'effect', 'done'].map((phase) => `${key} ${phase} 1 false`)),
    )
  })

  it('has committed what a phase says when it says it, and not more', async () => {
    const seen: unknown[] = []
    await run([step('a')], {
      onProgress: ({ phase }) => {
        const reader = new DatabaseSync(join(folder, `${count - 1}.db`), { readOnly: true })
        seen.push([phase, reader.prepare('SELECT state FROM step').get()?.state, world.has('a')])
        reader.close()
      },
    })
    expect(seen).toEqual([
      ['start', 'pending', false],
      ['intent', 'intent', false],
      ['effect', 'intent', true],
      ['done', 'done', true],
    ])
  })

  it('hands earlier receipts, the context and the step key to later steps', async () => {
    const seen: unknown[] = []
    const steps = [
      step('a'),
      step('b', {
        intent: async ({ receipts, stepKey, attempt, operation }) => {
          seen.push({ ...receipts }, stepKey, attempt, operation.domain)
          return 1
        },
      }),
    ]
    await run(steps)
    expect(seen).toEqual([{ a: 'to a' }, '0xop/b', 1, 'a.test'])
  })

  it('stores the root that a receipt settles', async () => {
    const operation = await run([step('a', { root: (receipt) => `root ${receipt}` })])
    expect(operation.root).toBe('root to a')
  })

  it('tries again with growing pauses, looks before it acts, and ends when it works', async () => {
    let failures = 2
    const events: unknown[] = []
    const flaky = step('a', {
      effect: async () => {
        effects.push('a')
        if (failures-- > 0) throw blip()
        world.set('a', 1)
      },
      retry: { attempts: 3, firstDelayMs: 1_000, maxDelayMs: 1_500 },
    })
    await run([flaky], { onProgress: ({ phase, delayMs }) => phase === 'retry' && events.push(delayMs) })
    expect(events).toEqual([1_000, 1_500])
    expect(clock.slept).toEqual([1_000, 1_500])
    expect(await now()).toMatchObject({ state: 'done', steps: [{ attempts: 3, error: undefined }] })
  })

  it('does not act again when a failed effect turns out to have worked', async () => {
    const lossy = step('a', {
      effect: async () => {
        effects.push('a')
        world.set('a', 1)
        throw blip()
      },
    })
    expect((await run([lossy])).state).toBe('done')
    expect(effects).toEqual(['a'])
  })

  it('fails the operation when the tries are used up, with the error of the last one', async () => {
    const steps = [
      step('a', {
        effect: async () => Promise.reject(blip()),
        retry: { attempts: 2, firstDelayMs: 10, maxDelayMs: 10 },
      }),
      step('b'),
    ]
    const failed: Progress[] = []
    const running = run(steps, { onProgress: (event) => event.phase === 'failed' && failed.push(event) })
    await expect(running).rejects.toMatchObject({ code: 'BLIP' })
    expect(await now()).toMatchObject({
      state: 'failed',
      steps: [{ state: 'failed', attempts: 2, error: 'The network failed.' }, { state: 'pending' }],
    })
    expect(failed).toMatchObject([{ step: 'a', attempt: 2, operation: { state: 'failed' }, error: { code: 'BLIP' } }])
  })

  it('leaves the operation running for an error that suspends it; the next run has all its tries', async () => {
    let failures = 3
    const retry = { attempts: 2, firstDelayMs: 10, maxDelayMs: 10 }
    const cut = step('a', {
      effect: async () => {
        if (failures-- > 0) throw blip()
        world.set('a', 1)
      },
      retry,
    })
    await expect(run([cut], { suspends: () => true })).rejects.toMatchObject({ code: 'BLIP' })
    expect(await now()).toMatchObject({
      state: 'running',
      steps: [{ state: 'intent', attempts: 2, notBefore: undefined }],
    })
    expect(await run([cut])).toMatchObject({ state: 'done', steps: [{ attempts: 4 }] })
  })

  it('fails at once when trying again cannot help', async () => {
    const aggregate = new AggregateError([refusal, refusal], 'all refused')
    for (const error of [refusal, aggregate]) {
      await expect(run([step('a', { intent: async () => Promise.reject(error) })])).rejects.toBe(error)
      expect(clock.slept).toEqual([])
      expect((await now())?.state).toBe('failed')
    }
  })

  it('goes on after a failure when it is opened again: done steps are not repeated, the failed one is looked at first', async () => {
    const late = step('b', {
      effect: async (_run, intent) => {
        effects.push('b')
        world.set('late', intent)
        throw refusal
      },
    })
    await expect(run([step('a'), late])).rejects.toBe(refusal)
    world.set('b', 'seen at last')
    expect(await run([step('a'), late])).toMatchObject({
      state: 'done',
      steps: [{ receipt: 'to a' }, { receipt: 'seen at last' }],
    })
    expect(effects).toEqual(['a', 'b'])
  })

  it('sees a late success of a failed try before it decides anew, and not its failure', async () => {
    let intents = 0
    let look: () => Promise<JsonValue | undefined> = async () => Promise.reject(refusal)
    const once = step('a', {
      intent: async () => ++intents,
      effect: async () => {},
      observe: async () => look(),
    })
    await expect(run([once])).rejects.toBe(refusal)
    await expect(run([once])).rejects.toBe(refusal)
    expect(intents).toBe(2)
    look = async () => 'late'
    expect(await run([once])).toMatchObject({ state: 'done', steps: [{ receipt: 'late', intent: 2 }] })
    expect(intents).toBe(2)
  })

  it('says when an effect does not show in time, and keeps the last reason', async () => {
    const slow = step('a', {
      effect: async () => {},
      observe: async () => Promise.reject(blip()),
      observeTimeoutMs: 5_000,
      retry: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
    })
    await expect(run([slow])).rejects.toMatchObject({ code: 'STEP_NOT_OBSERVED', cause: { code: 'BLIP' } })
    expect(clock.monotonic()).toBe(5_000)
    expect(Math.max(...clock.slept)).toBeLessThanOrEqual(2_000)
  })

  it('does not act when it cannot look', async () => {
    await open(['a'])
    await store.journal.advance('0xop', { kind: 'intent', step: 'a', intent: 'stored' })
    let blind = true
    const steps = [
      step('a', {
        observe: async () => {
          if (blind) {
            blind = false
            throw blip()
          }
          return world.get('a') ?? 'was there'
        },
      }),
    ]
    expect(await run(steps)).toMatchObject({ steps: [{ receipt: 'was there', intent: 'stored' }] })
    expect(effects).toEqual([])
  })

  it('stops looking when the step is found impossible', async () => {
    const reverted = step('a', { effect: async () => {}, observe: async () => Promise.reject(refusal) })
    await expect(run([reverted])).rejects.toBe(refusal)
    expect(clock.slept).toEqual([])
  })

  it('leaves the operation running when it is aborted, and goes on later', async () => {
    const controller = new AbortController()
    const reason = new Error('ctrl-c')
    const steps = [
      step('a'),
      step('b', {
        effect: async ({ signal }) => {
          controller.abort(reason)
          signal?.throwIfAborted()
        },
      }),
    ]
    await expect(run(steps, { signal: controller.signal })).rejects.toBe(reason)
    expect(await now()).toMatchObject({
      state: 'running',
      steps: [{ state: 'done' }, { state: 'intent', attempts: 0 }],
    })
    await expect(run(steps, { signal: controller.signal })).rejects.toBe(reason)
    expect(await run([step('a'), step('b')])).toMatchObject({ state: 'done' })
  })

  it('waits out the pause that an earlier run left, but never longer than its policy', async () => {
    await open(['a'])
    const farMs = clock.now() + 3_600_000
    await store.journal.advance('0xop', { kind: 'retry', step: 'a', error: 'x', notBefore: farMs })
    await run([step('a', { retry: { attempts: 3, firstDelayMs: 1, maxDelayMs: 700 } })])
    expect(clock.slept).toEqual([700])
  })

  it('stops when its lease went to another, and leaves the operation to that one', async () => {
    const claim = { owner: 'one', durationMs: 1_000, limit: 1, domains: ['a.test'] }
    const [lease] = await store.leases.claimDue({ ...claim, now: 0 })
    const stolen = step('a', {
      effect: async () => {
        world.set('a', 1)
        const [next] = await store.leases.claimDue({ ...claim, owner: 'two', now: 1_000 })
        await open(['a', 'b'], next!.epoch)
      },
    })
    const lost = run([stolen, step('b')], { epoch: lease!.epoch })
    await expect(lost).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect(await now()).toMatchObject({
      state: 'running',
      epoch: 2,
      steps: [{ state: 'intent' }, { state: 'pending' }],
    })
    expect(await run([step('a'), step('b')], { epoch: 2 })).toMatchObject({ state: 'done' })
    expect(effects).toEqual(['b'])
  })

  it('returns a done operation as it is, and refuses a failed one that was not opened again', async () => {
    const done = await run([step('a')])
    const options = { journal: store.journal, context: undefined, clock }
    expect(await runOperation(done, [step('a')], options)).toBe(done)
    expect(effects).toEqual(['a'])
    await expect(runOperation({ ...done, state: 'failed' }, [], options)).rejects.toMatchObject({
      code: 'OPERATION_CLOSED',
    })
  })

  it('refuses a step that the operation was opened without', async () => {
    const operation = await open(['a'])
    const options = { journal: store.journal, context: undefined, clock }
    await expect(runOperation(operation, [step('b')], options)).rejects.toMatchObject({ code: 'STEP_UNKNOWN' })
  })

  it('does a step again that the world took back, with those after it', async () => {
    let looks = 0
    const watch = step('watch', {
      observe: async () => {
        if (looks++ > 0) return 'seen'
        world.delete('send')
        throw new UndoneError('send', 'The chain went back.')
      },
    })
    const operation = await run([step('sign'), step('send'), watch])
    expect(effects).toEqual(['sign', 'send', 'watch', 'send'])
    expect(operation).toMatchObject({ state: 'done', steps: [{}, { receipt: 'to send' }, { receipt: 'seen' }] })
  })

  it('leaves an operation running whose step is taken back again and again', async () => {
    const watch = step('watch', {
      observe: async () => {
        throw new UndoneError('send', 'The chain went back.')
      },
    })
    await expect(run([step('send'), watch])).rejects.toMatchObject({ code: 'TX_REORGED' })
    expect(effects.filter((key) => key === 'send').length).toBeLessThan(5)
    expect((await now())?.state).toBe('running')
  })
})

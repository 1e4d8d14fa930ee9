import { describe, expect, it } from 'vitest'
import { stepKey } from '../step-key.ts'
import { CHAIN, code, hash, publish, signed, type World } from './world.ts'

/** Operations and their steps. */
export function testOperations(world: World): void {
  describe('operations', () => {
    it('opens one with its steps pending, in the order given', async () => {
      const operation = await world.store.journal.open(publish('0x1', { content: 'bafy', steps: ['z', 'a', 'm'] }))
      expect(operation).toMatchObject({ id: '0x1', state: 'running', epoch: 0, content: 'bafy', root: undefined })
      expect(operation.steps.map(({ key, state, attempts }) => [key, state, attempts])).toEqual([
        ['z', 'pending', 0],
        ['a', 'pending', 0],
        ['m', 'pending', 0],
      ])
    })

    it('returns a running one as it stands, without further effect', async () => {
      await world.store.journal.open(publish('0x1'))
      const advanced = await world.store.journal.advance('0x1', {
        kind: 'intent',
        step: 'sign',
        intent: { a: [1, null] },
      })
      expect(await world.store.journal.open(publish('0x1'))).toEqual(advanced)
    })

    it('lets one run per domain, and names the one that does', async () => {
      await world.store.journal.open(publish('0x1'))
      await expect(world.store.journal.open(publish('0x2'))).rejects.toMatchObject({
        code: 'OPERATION_RUNNING',
        message: expect.stringContaining('0x1'),
      })
      expect((await world.store.journal.open(publish('0x3', { domain: 'b.test' }))).state).toBe('running')
      await world.fail('0x1', 'sign')
      expect((await world.store.journal.open(publish('0x2'))).state).toBe('running')
      expect(await code(world.store.journal.open(publish('0x1')))).toBe('OPERATION_RUNNING')
    })

    it('runs a failed one again: done steps stay, the rest is pending with its intent kept', async () => {
      await world.store.journal.open(publish('0x1', { steps: ['sign', 'send', 'swap'] }))
      await world.done('0x1', 'sign')
      await world.store.journal.advance('0x1', { kind: 'intent', step: 'send', intent: { to: 1 } })
      await world.store.journal.advance('0x1', { kind: 'retry', step: 'send', error: 'slow', notBefore: world.now + 5 })
      await world.fail('0x1', 'send')
      const again = await world.store.journal.open(publish('0x1', { steps: ['sign', 'send', 'swap'] }))
      expect(again.state).toBe('running')
      expect(again.steps).toMatchObject([
        { key: 'sign', state: 'done', receipt: { of: 'sign' } },
        { key: 'send', state: 'pending', intent: { to: 1 }, attempts: 0, notBefore: undefined },
        { key: 'swap', state: 'pending', intent: undefined },
      ])
    })

    it('returns a done one as done', async () => {
      await world.store.journal.open(publish('0x1'))
      await world.done('0x1', 'sign')
      await world.done('0x1', 'send')
      const finished = await world.store.journal.advance('0x1', { kind: 'finish', state: 'done' })
      expect(await world.store.journal.open(publish('0x1', { steps: ['other'] }))).toEqual(finished)
      expect(finished.state).toBe('done')
    })

    it('takes over a changed list of steps, and keeps those that are done', async () => {
      await world.store.journal.open(publish('0x1', { steps: ['sign', 'old', 'send'] }))
      await world.done('0x1', 'sign')
      await world.store.journal.advance('0x1', { kind: 'intent', step: 'old', intent: 1 })
      const again = await world.store.journal.open(publish('0x1', { steps: ['new', 'send'] }))
      expect(again.steps.map(({ key, state }) => [key, state])).toEqual([
        ['new', 'pending'],
        ['send', 'pending'],
        ['sign', 'done'],
      ])
    })

    it('keeps the first intent and the first receipt', async () => {
      await world.store.journal.open(publish('0x1'))
      await world.store.journal.advance('0x1', { kind: 'intent', step: 'sign', intent: 'first' })
      const second = await world.store.journal.advance('0x1', { kind: 'intent', step: 'sign', intent: 'second' })
      expect(second.steps[0]).toMatchObject({ state: 'intent', intent: 'first' })
      await world.store.journal.advance('0x1', { kind: 'done', step: 'sign', receipt: 1, root: 'bafyroot' })
      const late = await world.store.journal.advance('0x1', { kind: 'done', step: 'sign', receipt: 2 })
      expect(late).toMatchObject({ root: 'bafyroot', steps: [{ state: 'done', receipt: 1 }, {}] })
    })

    it('leaves a done step done, whatever is said later', async () => {
      await world.store.journal.open(publish('0x1'))
      const before = await world.done('0x1', 'sign')
      for (const change of [
        { kind: 'intent', step: 'sign', intent: 1 },
        { kind: 'retry', step: 'sign', error: 'late' },
        { kind: 'failed', step: 'sign', error: 'late' },
      ] as const) {
        expect(await world.store.journal.advance('0x1', change)).toEqual(before)
      }
    })

    it('counts tries, and keeps the last error for people', async () => {
      await world.store.journal.open(publish('0x1'))
      await world.store.journal.advance('0x1', { kind: 'intent', step: 'sign', intent: 1 })
      await world.store.journal.advance('0x1', {
        kind: 'retry',
        step: 'sign',
        error: 'HSM asleep',
        notBefore: world.now + 7,
      })
      expect((await world.store.operations.operation('0x1'))?.steps[0]).toMatchObject({
        state: 'intent',
        attempts: 1,
        notBefore: world.now + 7,
        error: 'HSM asleep',
      })
      const after = await world.store.journal.advance('0x1', { kind: 'done', step: 'sign', receipt: 1 })
      expect(after.steps[0]).toMatchObject({ state: 'done', attempts: 2, notBefore: undefined, error: undefined })
    })

    it('undoes a done step and those after it, also when all was done, and keeps their intents', async () => {
      await world.store.journal.open(publish('0x1', { steps: ['sign', 'send', 'swap'] }))
      for (const step of ['sign', 'send', 'swap']) await world.done('0x1', step)
      await world.store.journal.advance('0x1', { kind: 'finish', state: 'done' })
      const undone = await world.store.journal.advance('0x1', { kind: 'undo', step: 'send' })
      expect(undone).toMatchObject({
        state: 'running',
        steps: [
          { key: 'sign', state: 'done', receipt: { of: 'sign' } },
          { key: 'send', state: 'pending', attempts: 0, intent: {}, receipt: undefined },
          { key: 'swap', state: 'pending', attempts: 0, intent: {}, receipt: undefined },
        ],
      })
      expect(await world.store.journal.advance('0x1', { kind: 'undo', step: 'send' })).toEqual(undone)
      expect((await world.store.journal.running('a.test')).map(({ id }) => id)).toEqual(['0x1'])
    })

    it('takes the transactions of what is undone for not mined', async () => {
      const key = stepKey('0x1', 'send')
      await world.store.journal.open(publish('0x1'))
      await world.store.journal.reserveNonce({ ...CHAIN, stepKey: key, chainNonce: 0 })
      await world.store.transactions.record(signed(0, 1), key)
      await world.store.transactions.settle(hash(1), 'mined', hash(100))
      for (const step of ['sign', 'send']) await world.done('0x1', step)
      await world.store.journal.advance('0x1', { kind: 'undo', step: 'sign' })
      expect(await world.store.transactions.forStep(key)).toMatchObject([{ state: 'signed', blockHash: undefined }])
    })

    it('undoes nothing that was done while another operation of the domain runs', async () => {
      await world.store.journal.open(publish('0x1'))
      for (const step of ['sign', 'send']) await world.done('0x1', step)
      await world.store.journal.advance('0x1', { kind: 'finish', state: 'done' })
      await world.store.journal.open(publish('0x2'))
      expect(await code(world.store.journal.advance('0x1', { kind: 'undo', step: 'send' }))).toBe('OPERATION_RUNNING')
      expect((await world.store.operations.operation('0x1'))?.state).toBe('done')
    })

    it('refuses what cannot follow', async () => {
      await world.store.journal.open(publish('0x1'))
      const { advance } = world.store.journal
      expect(await code(advance('0x9', { kind: 'finish', state: 'done' }))).toBe('OPERATION_UNKNOWN')
      expect(await code(advance('0x1', { kind: 'intent', step: 'nope', intent: 1 }))).toBe('STEP_UNKNOWN')
      expect(await code(advance('0x1', { kind: 'done', step: 'sign', receipt: 1 }))).toBe('STEP_STATE')
      expect(await code(advance('0x1', { kind: 'finish', state: 'done' }))).toBe('OPERATION_INCOMPLETE')
      await world.fail('0x1', 'sign')
      expect(await code(advance('0x1', { kind: 'intent', step: 'send', intent: 1 }))).toBe('OPERATION_CLOSED')
      expect(await code(advance('0x1', { kind: 'finish', state: 'done' }))).toBe('OPERATION_CLOSED')
      expect((await advance('0x1', { kind: 'finish', state: 'failed' })).state).toBe('failed')
      expect(await code(world.store.journal.open(publish('0x1', { domain: 'b.test' })))).toBe('OPERATION_MISMATCH')
      expect(await code(world.store.journal.open(publish('0x/1')))).toBe('OPERATION_MISMATCH')
    })

    it('lists the running ones, and all, newest first', async () => {
      await world.store.journal.open(publish('0x1'))
      await world.fail('0x1', 'sign')
      world.now += 10
      await world.store.journal.open(publish('0x2'))
      await world.store.journal.open(publish('0x3', { domain: 'b.test' }))
      expect((await world.store.journal.running()).map(({ id }) => id)).toEqual(['0x2', '0x3'])
      expect((await world.store.journal.running('b.test')).map(({ id }) => id)).toEqual(['0x3'])
      expect((await world.store.operations.operations({ limit: 2 })).map(({ id }) => id)).toEqual(['0x3', '0x2'])
      const ofA = await world.store.operations.operations({ domain: 'a.test', limit: 9 })
      expect(ofA.map(({ id }) => id)).toEqual(['0x2', '0x1'])
      expect(ofA[0]).toMatchObject({ openedAt: world.now, updatedAt: world.now })
      expect(await world.store.operations.operation('0x9')).toBeUndefined()
    })
  })
}

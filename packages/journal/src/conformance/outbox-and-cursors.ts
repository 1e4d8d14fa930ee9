import { describe, expect, it } from 'vitest'
import { hash, SENDER, type World } from './world.ts'

/** Messages, and how far events were read. */
export function testOutboxAndCursors(world: World): void {
  describe('outbox and cursors', () => {
    const message = (key: string, text = 'x') =>
      ({ key, severity: 'info', domain: undefined, title: 't', text }) as const

    it('keeps a message until it is delivered, once per key and notifier, oldest first', async () => {
      await world.store.outbox.enqueue(message('z'), 'mail')
      await world.store.outbox.enqueue(message('a'), 'mail')
      await world.store.outbox.enqueue(message('z', 'other'), 'mail')
      await world.store.outbox.enqueue({ ...message('z'), domain: 'a.test' }, 'chat')
      expect(await world.store.outbox.undelivered(9)).toEqual([
        { notification: message('z'), notifier: 'mail' },
        { notification: message('a'), notifier: 'mail' },
        { notification: { ...message('z'), domain: 'a.test' }, notifier: 'chat' },
      ])
      await world.store.outbox.delivered('z', 'mail')
      await world.store.outbox.enqueue(message('z'), 'mail')
      expect((await world.store.outbox.undelivered(1)).map(({ notification }) => notification.key)).toEqual(['a'])
      await world.store.outbox.delivered('nobody', 'mail')
    })

    it('remembers how far each registry was read', async () => {
      const name = { chainId: 1, registry: SENDER }
      expect(await world.store.cursors.get(name)).toBeUndefined()
      await world.store.cursors.set(name, { number: 5, hash: hash(5) })
      await world.store.cursors.set(name, { number: 4, hash: hash(4) })
      await world.store.cursors.set({ ...name, chainId: 2 }, { number: 9, hash: hash(9) })
      expect(await world.store.cursors.get(name)).toEqual({ number: 4, hash: hash(4) })
    })
  })
}

import { describe, expect, it } from 'vitest'
import { stepKey } from '../step-key.ts'
import { CHAIN, code, hash, signed, type World } from './world.ts'

/** The log of signed transactions. */
export function testTransactions(world: World): void {
  describe('transactions', () => {
    const first = stepKey('0x1', 'send')
    const second = stepKey('0x2', 'send')
    const reserve = (key: string, chainNonce = 0) =>
      world.store.journal.reserveNonce({ ...CHAIN, stepKey: key, chainNonce })

    it('keeps every transaction of a step, newest last', async () => {
      await reserve(first)
      await world.store.transactions.record(signed(0, 9), first)
      await world.store.transactions.record(signed(0, 9), first)
      await world.store.transactions.record(signed(0, 3), first, { replaces: hash(9) })
      const stored = await world.store.transactions.forStep(first)
      expect(stored).toEqual([
        { ...signed(0, 9), stepKey: first, recordedAt: world.now },
        { ...signed(0, 3), stepKey: first, recordedAt: world.now },
      ])
      expect(await world.store.transactions.atNonce({ ...CHAIN, nonce: 0 })).toEqual(stored)
      expect(await world.store.transactions.forStep(second)).toEqual([])
    })

    it('refuses a second transaction at a nonce that does not name the first', async () => {
      await reserve(first)
      await world.store.transactions.record(signed(0, 1), first)
      expect(await code(world.store.transactions.record(signed(0, 2), first))).toBe('TX_ALREADY_SIGNED')
      await world.store.transactions.record(signed(0, 2), first, { replaces: hash(1) })
      expect(await code(world.store.transactions.record(signed(0, 3), first, { replaces: hash(1) }))).toBe(
        'TX_ALREADY_SIGNED',
      )
    })

    it('refuses a transaction at a nonce that the step does not hold', async () => {
      await reserve(first)
      expect(await code(world.store.transactions.record(signed(0, 1), second))).toBe('NONCE_NOT_OWNED')
      expect(await code(world.store.transactions.record(signed(1, 1), first))).toBe('NONCE_NOT_OWNED')
      await reserve(first, 1)
      expect(await code(world.store.transactions.record(signed(0, 1), first))).toBe('NONCE_NOT_OWNED')
    })

    it('settles one as mined and the others at its nonce as replaced, and takes it back', async () => {
      await reserve(first)
      await world.store.transactions.record(signed(0, 1), first)
      await world.store.transactions.record(signed(0, 2), first, { replaces: hash(1) })
      await world.store.transactions.settle(hash(1), 'mined', hash(50))
      const states = async () => (await world.store.transactions.forStep(first)).map((tx) => [tx.state, tx.blockHash])
      expect(await states()).toEqual([
        ['mined', hash(50)],
        ['replaced', undefined],
      ])
      await world.store.transactions.settle(hash(1), 'signed')
      expect(await states()).toEqual([
        ['signed', undefined],
        ['replaced', undefined],
      ])
      expect(await code(world.store.transactions.settle(hash(7), 'mined', hash(1)))).toBe('TX_UNKNOWN')
    })
  })
}

import type { Address } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { stepKey } from '../step-key.ts'
import { CHAIN, code, hash, publish, SENDER, signed, type World } from './world.ts'

/** Who owns which nonce. */
export function testNonces(world: World): void {
  describe('nonces', () => {
    const reserve = (id: string, chainNonce: number, step = 'send') =>
      world.store.journal.reserveNonce({ ...CHAIN, stepKey: stepKey(id, step), chainNonce })
    const open = (id: string) => world.store.journal.open(publish(id, { domain: `d${id}.test` }))

    it('gives a step the same nonce until it is consumed, and another step another', async () => {
      await open('0x1')
      await open('0x2')
      expect(await reserve('0x1', 7)).toBe(7)
      expect(await reserve('0x2', 7)).toBe(8)
      expect(await reserve('0x1', 7)).toBe(7)
      expect(await reserve('0x2', 8)).toBe(8)
      expect(await reserve('0x1', 8)).toBe(9)
      expect(await reserve('0x1', 7)).toBe(9)
    })

    it('keeps accounts and chains apart, and takes an address in any case', async () => {
      await open('0x1')
      const key = stepKey('0x1', 'send')
      expect(await reserve('0x1', 7)).toBe(7)
      const upper = SENDER.toUpperCase().replace('0X', '0x') as Address
      const base = { chainId: 31337, sender: upper, chainNonce: 2, stepKey: key }
      expect(await world.store.journal.reserveNonce(base)).toBe(7)
      expect(await world.store.journal.reserveNonce({ ...base, chainId: 1 })).toBe(2)
    })

    it('fills the gap that a failed operation left before it goes on', async () => {
      for (const id of ['0x1', '0x2', '0x3']) await open(id)
      expect([await reserve('0x1', 5), await reserve('0x2', 5)]).toEqual([5, 6])
      await world.fail('0x1', 'send')
      expect(await reserve('0x3', 5)).toBe(5)
      await open('0x1')
      expect(await reserve('0x1', 5)).toBe(7)
    })

    it('does not give away the nonce of a step that is done, though the chain shows it late', async () => {
      await open('0x1')
      await open('0x2')
      const nonce = await reserve('0x1', 5)
      await world.store.transactions.record(signed(nonce, 1), stepKey('0x1', 'send'))
      await world.store.transactions.settle(hash(1), 'mined', hash(100))
      await world.done('0x1', 'send')
      expect(await reserve('0x2', 5)).toBe(6)
      expect(await reserve('0x2', 5)).toBe(6)
    })

    it('gives away the nonce of a step that is done when its transaction is in no block any more', async () => {
      await open('0x1')
      await open('0x2')
      await reserve('0x1', 5)
      await world.store.transactions.record(signed(5, 1), stepKey('0x1', 'send'))
      await world.store.transactions.settle(hash(1), 'mined', hash(100))
      await world.done('0x1', 'send')
      await world.store.transactions.settle(hash(1), 'signed')
      expect(await reserve('0x2', 5)).toBe(5)
    })

    it('leaves its nonce to a step that was undone, and goes on with it', async () => {
      await open('0x1')
      await open('0x2')
      await reserve('0x1', 5)
      await world.store.transactions.record(signed(5, 1), stepKey('0x1', 'send'))
      await world.store.transactions.settle(hash(1), 'mined', hash(100))
      await world.done('0x1', 'send')
      await world.store.journal.advance('0x1', { kind: 'undo', step: 'send' })
      expect(await reserve('0x2', 5)).toBe(6)
      expect(await reserve('0x1', 5)).toBe(5)
    })

    it('gives a step back the nonce of its own waiting transaction, not a lower free one', async () => {
      for (const id of ['0x1', '0x2', '0x3']) await open(id)
      expect([await reserve('0x1', 4), await reserve('0x2', 4)]).toEqual([4, 5])
      await world.store.transactions.record(signed(5, 1), stepKey('0x2', 'send'))
      await world.fail('0x2', 'send')
      expect(await reserve('0x3', 4)).toBe(5)
      await world.fail('0x3', 'send')
      await world.fail('0x1', 'send')
      await open('0x2')
      expect(await reserve('0x2', 4)).toBe(5)
      await open('0x1')
      expect(await reserve('0x1', 4)).toBe(4)
    })

    it('gives to another what a step moved on from, should the chain go back', async () => {
      await open('0x1')
      await open('0x2')
      expect([await reserve('0x1', 5), await reserve('0x1', 6)]).toEqual([5, 6])
      expect(await reserve('0x2', 5)).toBe(5)
      expect(await reserve('0x1', 5)).toBe(6)
    })

    it('makes a step wait whose own transaction may still be mined at a nonce that went to another', async () => {
      await open('0x1')
      await open('0x2')
      await reserve('0x1', 5)
      await world.store.transactions.record(signed(5, 1), stepKey('0x1', 'send'))
      await world.fail('0x1', 'send')
      expect(await reserve('0x2', 5)).toBe(5)
      await open('0x1')
      expect(await code(reserve('0x1', 5))).toBe('NONCE_BUSY')
      await world.fail('0x2', 'send')
      expect(await reserve('0x1', 5)).toBe(5)
      await open('0x2')
      expect(await reserve('0x2', 5)).toBe(6)
      expect(await reserve('0x1', 6)).toBe(7)
    })
  })
}

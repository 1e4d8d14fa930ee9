import { secp256k1 } from '@noble/curves/secp256k1.js'
import { getBytes, hashMessage, verifyMessage, Wallet } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accountAddress, eip191Hash, recoverEip191 } from './eip191.ts'

const privateKeys = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => secp256k1.utils.isValidSecretKey(bytes))
const walletOf = (key: Uint8Array) => new Wallet(`0x${Buffer.from(key).toString('hex')}`)

describe('an EIP-191 signature', () => {
  it('is recovered as ethers recovers it, for any key and text', async () => {
    await fc.assert(
      fc.asyncProperty(privateKeys, fc.string({ unit: 'grapheme' }), async (key, text) => {
        const signature = await walletOf(key).signMessage(text)
        expect(Buffer.compare(eip191Hash(text), getBytes(hashMessage(text)))).toBe(0)
        expect(recoverEip191(text, getBytes(signature))).toBe(verifyMessage(text, signature).toLowerCase())
        expect(accountAddress(key)).toBe(walletOf(key).address.toLowerCase())
      }),
      { numRuns: 40 },
    )
  })

  it('has one spelling: v 27 or 28, low s, 65 bytes', async () => {
    const wallet = walletOf(new Uint8Array(32).fill(1))
    const address = wallet.address.toLowerCase()
    const good = getBytes(await wallet.signMessage('text'))
    expect(recoverEip191('text', good)).toBe(address)

    const v = good[64]!
    for (const other of [0, 1, 2, 26, 29, 35, 155, 255]) {
      expect(recoverEip191('text', Uint8Array.from(good).fill(other, 64))).toBeUndefined()
    }
    const s = secp256k1.Point.Fn.ORDER - BigInt(`0x${Buffer.from(good.subarray(32, 64)).toString('hex')}`)
    const highS = Uint8Array.from(good)
    highS.set(Buffer.from(s.toString(16).padStart(64, '0'), 'hex'), 32)
    highS[64] = v === 27 ? 28 : 27
    expect(recoverEip191('text', highS)).toBeUndefined()

    expect(recoverEip191('text', good.subarray(0, 64))).toBeUndefined()
    expect(recoverEip191('text', Uint8Array.from([...good, v]))).toBeUndefined()
    expect(recoverEip191('text', new Uint8Array())).toBeUndefined()
  })

  it('is never an error and never the account after any change', async () => {
    const wallet = walletOf(new Uint8Array(32).fill(2))
    const good = getBytes(await wallet.signMessage('text'))
    fc.assert(
      fc.property(fc.nat(64), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Uint8Array.from(good)
        changed[at]! ^= mask
        expect(recoverEip191('text', changed)).not.toBe(wallet.address.toLowerCase())
      }),
    )
  })

  it('with r or s zero or too large is none', () => {
    const order = Buffer.from(secp256k1.Point.Fn.ORDER.toString(16), 'hex')
    for (const part of [Buffer.alloc(32), order, Buffer.alloc(32, 0xff)]) {
      const one = Buffer.alloc(32, 1)
      expect(recoverEip191('text', Buffer.concat([part, one, Buffer.of(27)]))).toBeUndefined()
      expect(recoverEip191('text', Buffer.concat([one, part, Buffer.of(27)]))).toBeUndefined()
    }
  })
})

describe('the address of a private key', () => {
  it.each<[string, Uint8Array]>([
    ['zero', new Uint8Array(32)],
    ['the order of the curve', Buffer.from(secp256k1.Point.Fn.ORDER.toString(16), 'hex')],
    ['31 bytes', new Uint8Array(31).fill(1)],
    ['33 bytes', new Uint8Array(33).fill(1)],
  ])('is none for %s', (_, key) => {
    expect(accountAddress(key)).toBeUndefined()
  })
})

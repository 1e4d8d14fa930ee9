import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DigestTable } from './digest-table.ts'

const digests = fc.uint8Array({ minLength: 32, maxLength: 32 })
/** Few distinct first bytes, so that many digests want the same slot. */
const crowded = digests.map((digest) => Uint8Array.from(digest, (byte, i) => (i < 4 ? byte & 1 : byte)))

it('holds what a Map would hold, through growth and collisions', () => {
  const writes = fc.array(fc.tuple(fc.oneof(digests, crowded), fc.integer({ min: 1 }), fc.nat()), { maxLength: 400 })
  fc.assert(
    fc.property(writes, (entries) => {
      const table = new DigestTable()
      const map = new Map<string, { value: number; sizeBytes: number }>()
      for (const [digest, value, sizeBytes] of entries) {
        table.set(digest, value, sizeBytes)
        map.set(Buffer.from(digest).toString('hex'), { value, sizeBytes })
      }
      expect(table.size).toBe(map.size)
      for (const [digest] of entries) {
        expect(table.get(digest)).toEqual(map.get(Buffer.from(digest).toString('hex')))
      }
      const listed = [...table.entries()].map(
        ({ digest, ...rest }) => [Buffer.from(digest).toString('hex'), rest] as const,
      )
      expect(new Map(listed)).toEqual(map)
    }),
  )
})

it('takes no longer for digests that were chosen to look alike', { timeout: 10_000 }, () => {
  const table = new DigestTable()
  const digest = new Uint8Array(32)
  const view = new DataView(digest.buffer)
  for (const place of [0, 8, 28]) {
    for (let i = 0; i < 50_000; i++) {
      view.setUint32(place, i, place === 8)
      table.set(digest, 1)
    }
  }
  expect(table.size).toBe(150_000 - 2)
})

it('knows nothing of a digest that was not set', () => {
  const table = new DigestTable()
  table.set(new Uint8Array(32).fill(1), 7)
  expect(table.get(new Uint8Array(32).fill(2))).toBeUndefined()
  expect(table.has(new Uint8Array(32).fill(2))).toBe(false)
})

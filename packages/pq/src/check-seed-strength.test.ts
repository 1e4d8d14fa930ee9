import { randomBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { checkSeedStrength } from './check-seed-strength.ts'

const made = (byteAt: (at: number) => number) => Uint8Array.from({ length: 32 }, (_, at) => byteAt(at))
const weak = expect.objectContaining({ code: 'PQ_SEED_WEAK' })

describe('a secret is refused that', () => {
  it.each<[string, Uint8Array]>([
    ['is zero', made(() => 0)],
    ['is one', made((at) => (at === 31 ? 1 : 0))],
    ['is one byte, over and over', made(() => 0x2a)],
    ['is a word of eight bytes, over and over', made((at) => [1, 99, 7, 200, 31, 8, 66, 250][at % 8]!)],
    ['is sixteen bytes twice', ((half) => new Uint8Array([...half, ...half]))(randomBytes(16))],
    ['counts up', made((at) => at)],
    ['counts up from anywhere, past 255', made((at) => at + 240)],
    ['counts down by sevens', made((at) => 255 - 7 * at)],
    ['counts in turns', made((at) => (at % 2 ? 3 * at : 200 - at))],
    ['is a counter of 32 bits', made((at) => (at % 4 ? at % 4 : 100 + at / 4))],
    ['is text', utf8ToBytes('correct horse battery staple 12.')],
    ['is hexadecimal digits', utf8ToBytes('8f14e45fceea167a5a36dedd4bea2543')],
  ])('%s', (_, secret) => {
    expect(secret).toHaveLength(32)
    expect(() => checkSeedStrength(secret)).toThrow(weak)
  })
})

it('a secret that was drawn at random is let through', () => {
  for (let round = 0; round < 20_000; round++) checkSeedStrength(randomBytes(32))
})

it('the refusal does not repeat the secret', () => {
  const secret = utf8ToBytes('correct horse battery staple 12.')
  expect(() => checkSeedStrength(secret)).toThrow(
    expect.objectContaining({ message: expect.not.stringMatching('horse') }),
  )
})

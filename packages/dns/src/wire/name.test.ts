import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalName, isWithin, readName, writeName } from './name.ts'

const label = fc.uint8Array({ minLength: 1, maxLength: 63 })
const wireName = fc
  .array(label, { maxLength: 5 })
  .map((labels) => Buffer.concat([...labels.flatMap((octets) => [Uint8Array.of(octets.length), octets]), Buffer.of(0)]))
  .filter((bytes) => bytes.length <= 255)

describe('names', () => {
  it('write what they read, whatever octets the labels have', () => {
    fc.assert(
      fc.property(wireName, (bytes) => {
        const { name, next } = readName(bytes, 0)
        expect(next).toBe(bytes.length)
        expect(readName(writeName(name), 0).name).toBe(name)
      }),
    )
  })

  it('are equal as text only when they are equal but for case', () => {
    const lower = (bytes: Uint8Array) =>
      Buffer.from(bytes.map((octet) => (octet > 64 && octet < 91 ? octet + 32 : octet)))
    fc.assert(
      fc.property(wireName, wireName, (a, b) => {
        expect(readName(a, 0).name === readName(b, 0).name).toBe(lower(a).equals(lower(b)))
      }),
    )
    expect(readName(Buffer.from('\x03a.b\0', 'latin1'), 0).name).toBe('a\\046b')
  })

  it('end or are refused, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, offset) => {
        try {
          expect(readName(bytes, offset).next).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toMatchObject({ code: 'DNS_MALFORMED' })
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('refuse compression pointers that do not go back', () => {
    for (const bytes of [
      [0xc0, 0x00],
      [0xc0, 0x02, 0],
      [1, 97, 0xc0, 0x00],
    ]) {
      expect(() => readName(Uint8Array.from(bytes), 0)).toThrow(expect.objectContaining({ code: 'DNS_MALFORMED' }))
    }
  })

  it('longer than the wire allows cannot be written', () => {
    const long = Array.from({ length: 4 }, () => 'x'.repeat(63)).join('.')
    for (const name of [long, 'x'.repeat(64), 'a..b', '.a', 'ü.test', 'a b.test', 'a\\b.test', 'a\\300.test']) {
      expect(() => writeName(name), name).toThrow(expect.objectContaining({ code: 'DNS_NAME_INVALID' }))
    }
    expect(writeName(long.slice(2))).toHaveLength(255)
  })

  it('are within a zone by whole labels', () => {
    expect(canonicalName('WWW.Example.Test.')).toBe('www.example.test')
    expect(isWithin('www.example.test', 'example.test')).toBe(true)
    expect(isWithin('example.test', 'example.test')).toBe(true)
    expect(isWithin('badexample.test', 'example.test')).toBe(false)
    expect(isWithin('test', 'example.test')).toBe(false)
  })
})

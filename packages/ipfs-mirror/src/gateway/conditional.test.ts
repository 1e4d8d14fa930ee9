import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseRange, precondition, rangeApplies } from './conditional.ts'

const TAG = '"bafy"'

it.each([
  ['"bafy"', 'unmodified'],
  ['W/"bafy"', 'unmodified'],
  ['"x", W/"y" ,"bafy"', 'unmodified'],
  ['"with, comma","bafy"', 'unmodified'],
  ['*', 'unmodified'],
  ['"bafy', undefined],
  ['bafy', undefined],
  ['"bafy.raw"', undefined],
  ['"x, "bafy" y"', undefined],
  ['', undefined],
])('takes If-None-Match: %s', (list, outcome) => {
  expect(precondition({ 'if-none-match': list }, TAG)).toBe(outcome)
})

it.each([
  ['"bafy"', undefined],
  ['"x", "bafy"', undefined],
  ['*', undefined],
  ['W/"bafy"', 'failed'],
  ['"x"', 'failed'],
])('takes If-Match: %s', (list, outcome) => {
  expect(precondition({ 'if-match': list }, TAG)).toBe(outcome)
})

it('compares weak ETags with If-None-Match only', () => {
  expect(precondition({ 'if-none-match': TAG }, `W/${TAG}`)).toBe('unmodified')
  expect(precondition({ 'if-match': `W/${TAG}` }, `W/${TAG}`)).toBe('failed')
  expect(precondition({ 'if-match': '"x"', 'if-none-match': TAG }, TAG)).toBe('failed')
})

it.each([
  ['bytes=2-5', { fromByte: 2, toByte: 5 }],
  ['Bytes= 2-5 ', { fromByte: 2, toByte: 5 }],
  ['bytes=9-', { fromByte: 9, toByte: 9 }],
  ['bytes=0-99999999999999999999', { fromByte: 0, toByte: 9 }],
  ['bytes=-3', { fromByte: 7, toByte: 9 }],
  ['bytes=-30', { fromByte: 0, toByte: 9 }],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=10-', 'unsatisfiable'],
  [`bytes=${'9'.repeat(400)}-`, 'unsatisfiable'],
  ['bytes=5-2', undefined],
  ['bytes=1 2-3', undefined],
  ['bytes=0-1,3-4', undefined],
  ['bytes=-', undefined],
  ['bytes=--1', undefined],
  ['bytes=0x1-2', undefined],
  ['items=0-1', undefined],
])('reads the Range %s of ten bytes', (header, range) => {
  expect(parseRange(header, 10)).toEqual(range)
})

it('never gives a range outside of the bytes there are', () => {
  const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,4}-\d{0,4}$/))
  fc.assert(
    fc.property(header, fc.nat(2_000), (text, sizeBytes) => {
      const range = parseRange(text, sizeBytes)
      if (range === undefined || range === 'unsatisfiable') return
      expect(range.fromByte).toBeGreaterThanOrEqual(0)
      expect(range.toByte).toBeGreaterThanOrEqual(range.fromByte)
      expect(range.toByte).toBeLessThan(sizeBytes)
    }),
  )
})

it('lets a range count under If-Range only while the strong ETag is the same', () => {
  expect(rangeApplies(undefined, TAG)).toBe(true)
  expect(rangeApplies(TAG, TAG)).toBe(true)
  for (const other of ['"x"', `W/${TAG}`, 'Sat, 01 Jan 2000 00:00:00 GMT']) expect(rangeApplies(other, TAG)).toBe(false)
  expect(rangeApplies(`W/${TAG}`, `W/${TAG}`)).toBe(false)
})

import { expect, it } from 'vitest'
import { parseByteCount } from './parse-byte-count.ts'

it.each([
  ['1', 1],
  ['500MB', 500_000_000],
  ['1.5 GiB', 1_610_612_736],
  ['2tb', 2e12],
])('%s is %i bytes', (text, bytes) => {
  expect(parseByteCount(text)).toBe(bytes)
})

it.each(['', '0', '-1', '1 potato', '1e9', 'GB', '99999999999TB'])('"%s" is none', (text) => {
  expect(() => parseByteCount(text)).toThrow('It is a number of bytes')
})

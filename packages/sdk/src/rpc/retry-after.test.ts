import { expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')

it.each([
  ['7', 7_000],
  [' 0 ', 0],
  ['Mon, 23 Nov 2026 10:00:05 GMT', 5_000],
  ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
])('"%s" is %s ms', (value, ms) => {
  expect(retryAfterMs(new Headers({ 'retry-after': value }), NOW)).toBe(ms)
})

it('is nothing when the header is missing', () => {
  expect(retryAfterMs(new Headers(), NOW)).toBeUndefined()
})

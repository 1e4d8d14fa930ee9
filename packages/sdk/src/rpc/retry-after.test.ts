import { expect, it } from 'vitest'
import { retryAfterMs, waitPhrase } from './retry-after.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')

it.each([
  ['7', 7_000],
  [' 0 ', 0],
  ['Mon, 23 Nov 2026 10:00:05 GMT', 5_000],
  ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
  ['100000000000000', 86_400_000],
  ['9'.repeat(400), 86_400_000],
  ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
  ['soon', undefined],
  ['', undefined],
])('"%s" is %s ms', (value, ms) => {
  expect(retryAfterMs(new Headers({ 'retry-after': value }), NOW)).toBe(ms)
})

it('is said in seconds up to a day', () => {
  expect([1, 7_000, 86_400_000].map(waitPhrase)).toEqual(['in 1 s', 'in 7 s', 'in a day or more'])
})

it('is nothing when the header is missing', () => {
  expect(retryAfterMs(new Headers(), NOW)).toBeUndefined()
})

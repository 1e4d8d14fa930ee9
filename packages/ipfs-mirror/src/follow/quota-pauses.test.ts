import { parseDomainName } from '@domainsync/core'
import { expect, it } from 'vitest'
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS, QuotaPauses } from './quota-pauses.ts'

const domain = parseDomainName('site.example')
const vain = { code: 'QUOTA_RELEASE', message: 'too much', isLive: true }

it('doubles the pause with each look for nothing, up to the longest, and forgets it with one that was not', () => {
  let now = 0
  const pauses = new QuotaPauses(() => now)
  const lengths: number[] = []
  for (let i = 0; i < 8; i++) {
    pauses.note(domain, vain)
    expect(pauses.of(domain)).toMatchObject(vain)
    const from = now
    while (pauses.of(domain)) now += FIRST_PAUSE_MS
    lengths.push(now - from)
  }
  expect(lengths.slice(0, 3)).toEqual([FIRST_PAUSE_MS, 2 * FIRST_PAUSE_MS, 4 * FIRST_PAUSE_MS])
  expect(lengths.at(-1)).toBe(LONGEST_PAUSE_MS)
  pauses.note(domain, undefined)
  pauses.note(domain, vain)
  now += FIRST_PAUSE_MS
  expect(pauses.of(domain)).toBeUndefined()
})

import type { Observation, ProbeStatus } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { nextProbe, type ProbeSchedule } from './next-probe.ts'

const T = 1_800_000_000_000
const base: ProbeSchedule = { probeEveryMs: 30_000, open: false, liveSince: 0, settlesAt: 0, actedAt: undefined }

/** Newest first, as `[seconds after T, status]`. */
function history(...answers: [number, ProbeStatus][]): Observation[] {
  const seen = answers.map(([seconds, status]) => {
    return { domain: 'a.test', probe: 'dns', vantage: 'here', at: T + seconds * 1_000, status, value: '', evidence: '' }
  })
  return seen.reverse()
}

const after = (answers: [number, ProbeStatus][], more: Partial<ProbeSchedule> = {}, name = 'dns') =>
  (nextProbe(name, history(...answers), { ...base, ...more }).at - T) / 1_000

describe('nextProbe', () => {
  it('asks at once what was never asked', () => expect(after([])).toBe(Number.NEGATIVE_INFINITY))

  it('keeps the cadence with up to a tenth of jitter, always the same', () => {
    const next = after([[0, 'good']])
    expect(next).toBeGreaterThanOrEqual(30)
    expect(next).toBeLessThanOrEqual(33)
    expect(after([[0, 'good']])).toBe(next)
    expect(after([[0, 'good']], {}, 'node:a')).not.toBe(next)
  })

  it('confirms a first bad answer after 1, 2 and 4 s', () => {
    expect(after([[0, 'bad']])).toBe(1)
    expect(
      after([
        [0, 'bad'],
        [1, 'bad'],
      ]),
    ).toBe(2)
    expect(
      after([
        [0, 'bad'],
        [1, 'unknown'],
        [2, 'bad'],
      ]),
    ).toBe(4)
    expect(
      after([
        [0, 'bad'],
        [1, 'bad'],
        [2, 'bad'],
        [4, 'bad'],
      ]),
    ).toBeGreaterThanOrEqual(34)
  })

  it('asks again after 1, 2, 4 and 8 s while an answer may lag behind a change', () => {
    const settlesAt = T + 60_000
    expect(after([[0, 'unknown']], { settlesAt })).toBe(1)
    expect(
      after(
        [
          [0, 'unknown'],
          [1, 'unknown'],
          [2, 'unknown'],
        ],
        { settlesAt },
      ),
    ).toBe(4)
    expect(after([[0, 'unknown']])).toBeGreaterThanOrEqual(30)
    expect(after([[61, 'unknown']], { settlesAt })).toBeGreaterThanOrEqual(91)
    expect(after([[0, 'unknown']], { settlesAt }, 'chain')).toBeGreaterThanOrEqual(30)
  })

  it('says whether something is being confirmed', () => {
    expect(nextProbe('dns', history([0, 'bad']), base).early).toBe(true)
    expect(nextProbe('dns', history([0, 'good']), base).early).toBe(false)
  })

  it('confirms a first good answer while the condition is open', () => {
    expect(
      after(
        [
          [0, 'bad'],
          [30, 'good'],
        ],
        { open: true },
      ),
    ).toBe(31)
    expect(
      after(
        [
          [0, 'bad'],
          [30, 'bad'],
        ],
        { open: true },
      ),
    ).toBeGreaterThanOrEqual(60)
  })

  it('looks at 0, 1 and 2 s after an action', () => {
    const open = { open: true, actedAt: T + 10_000 }
    expect(after([[0, 'bad']], open)).toBe(10)
    expect(
      after(
        [
          [0, 'bad'],
          [10.5, 'bad'],
        ],
        open,
      ),
    ).toBe(11)
    expect(
      after(
        [
          [0, 'bad'],
          [10.5, 'bad'],
          [11.2, 'bad'],
        ],
        open,
      ),
    ).toBe(12)
  })

  it('asks at once about a new live release, and looks for a found manifest ten times less often', () => {
    expect(after([[0, 'good']], { liveSince: T + 1_000 })).toBe(Number.NEGATIVE_INFINITY)
    expect(after([[0, 'good']], { liveSince: T + 1_000 }, 'chain')).toBeGreaterThanOrEqual(30)
    expect(after([[0, 'good']], {}, 'release')).toBeGreaterThanOrEqual(300)
    expect(after([[0, 'unknown']], {}, 'release')).toBeLessThanOrEqual(33)
  })
})

import { describe, expect, it } from 'vitest'
import { LookCadence, MIN_PAUSE_MS } from './look-cadence.ts'

const EVERY_MS = 5_000

/** When looks happen from a moment on, until none is early any more. */
function looks(cadence: LookCadence, from: number): number[] {
  const at: number[] = []
  for (let now = from; cadence.pauseMs(now) < EVERY_MS; ) {
    now += cadence.pauseMs(now)
    at.push(now)
  }
  return at
}

describe('looks at the chain', () => {
  it('are rare while nothing is expected', () => {
    expect(new LookCadence(EVERY_MS).pauseMs(0)).toBe(EVERY_MS)
  })

  it('come often after a root was kept, then less and less, each late by a twentieth of the wait', () => {
    const cadence = new LookCadence(EVERY_MS)
    expect(cadence.expect('root', { hint: 'kept', now: 1_000 })).toBe(true)
    const at = looks(cadence, 1_000)
    expect(at[0]).toBe(1_000 + MIN_PAUSE_MS)
    for (const [i, now] of at.slice(1).entries()) {
      const before = at[i]!
      expect(now - before).toBeLessThanOrEqual(Math.max(MIN_PAUSE_MS, (before - 1_000) / 20) + 1e-9)
    }
    expect(at.length).toBeLessThan(130)
    expect(at.at(-1)! - 1_000).toBeGreaterThan(90_000)
  })

  it('are rare again once the root is live', () => {
    const cadence = new LookCadence(EVERY_MS)
    cadence.expect('root', { hint: 'kept', now: 0 })
    cadence.arrived('other')
    expect(cadence.pauseMs(1_000)).toBe(MIN_PAUSE_MS)
    cadence.arrived('root')
    expect(cadence.pauseMs(1_000)).toBe(EVERY_MS)
  })

  it('are rare again once what was kept is let go of, as a block is that only tests for proxies', () => {
    const cadence = new LookCadence(EVERY_MS)
    cadence.expect('root', { hint: 'kept', now: 0 })
    cadence.expect('canary', { hint: 'kept', now: 0 })
    cadence.arrived('root')
    expect(cadence.expect('canary', { hint: 'removed', now: 500 })).toBe(false)
    expect(cadence.pauseMs(1_000)).toBe(EVERY_MS)
  })

  it('come sooner for a while when a root is asked for, but not each time that it is', () => {
    const cadence = new LookCadence(EVERY_MS)
    expect(cadence.expect('root', { hint: 'asked', now: 0 })).toBe(true)
    expect(looks(cadence, 0).at(-1)).toBeLessThan(20_000)
    expect(cadence.expect('root', { hint: 'asked', now: 60_000 })).toBe(false)
    expect(cadence.pauseMs(60_000)).toBe(EVERY_MS)
    expect(cadence.expect('other', { hint: 'asked', now: 60_000 })).toBe(true)
    expect(cadence.expect('root', { hint: 'asked', now: 130_000 })).toBe(true)
  })

  it('go on for a root that was kept, whoever asks for it in between', () => {
    const cadence = new LookCadence(EVERY_MS)
    cadence.expect('root', { hint: 'kept', now: 0 })
    expect(cadence.expect('root', { hint: 'asked', now: 20_000 })).toBe(false)
    expect(cadence.pauseMs(20_000)).toBe(1_000)
  })

  it('come sooner again when a root that was asked for before is kept', () => {
    const cadence = new LookCadence(EVERY_MS)
    cadence.expect('root', { hint: 'asked', now: 0 })
    expect(cadence.expect('root', { hint: 'kept', now: 30_000 })).toBe(true)
    expect(cadence.pauseMs(30_000)).toBe(MIN_PAUSE_MS)
  })
})

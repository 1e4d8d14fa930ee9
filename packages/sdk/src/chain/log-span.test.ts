import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLogSpan } from './log-span.ts'

/** Reads blocks 0 to `blocks` from an operator that says no to some ranges; gives the pages and how often it said no. */
function read(blocks: number, allows: (from: number, to: number) => boolean) {
  const span = createLogSpan(blocks)
  const pages: [number, number][] = []
  let refusals = 0
  for (let from = 0; from < blocks; ) {
    const to = Math.min(blocks, from + span.size) - 1
    const asked = to - from + 1
    if (allows(from, to)) {
      pages.push([from, to])
      from = to + 1
      span.given(asked)
    } else {
      if (asked === 1) throw new Error('one block is refused')
      refusals += 1
      span.refused(asked)
    }
  }
  return { pages, refusals }
}

describe('the span of log requests', () => {
  it('is everything at once where everything is allowed', () => {
    expect(read(20_000_000, () => true)).toEqual({ pages: [[0, 19_999_999]], refusals: 0 })
  })

  it('settles near a limit of blocks, and seldom tries more', () => {
    const { pages, refusals } = read(2_600_000, (from, to) => to - from < 1_000)
    expect(pages.length).toBeLessThan(2 * 2_600)
    expect(refusals).toBeLessThan(50)
  })

  it('grows again after a stretch with many logs', () => {
    const logsIn = (from: number, to: number) => Math.max(0, Math.min(to, 50_999) - Math.max(from, 50_000) + 1) * 100
    const { pages, refusals } = read(1_000_000, (from, to) => logsIn(from, to) <= 10_000)
    expect(pages.length + refusals).toBeLessThan(100)
  })

  it('covers every block once, whatever is refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 300 }), (blocks, limit) => {
        const { pages } = read(blocks, (from, to) => to - from < limit)
        const covered = pages.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
        expect(covered).toEqual(Array.from({ length: blocks }, (_, index) => index))
      }),
    )
  })
})

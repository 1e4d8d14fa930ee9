import { describe, expect, it } from 'vitest'
import { l1FeeGwei } from '../../bench/gas/fees.ts'
import { deploymentUnderGlamsterdam, underGlamsterdam } from '../../bench/gas/glamsterdam.ts'

const sent = { gasUsed: 100_000, calldataBytes: 0, ops: [], coldCalls: 0 }
const FOR_A_CALL = -21_000 + 15_000

describe('the forecast of gas under Glamsterdam', () => {
  it('takes the dearer slots from the price that each has today', () => {
    const more = (gasCost: number) =>
      underGlamsterdam({ ...sent, ops: [{ op: 'SSTORE', gasCost }] }) - underGlamsterdam(sent) + gasCost
    expect(underGlamsterdam(sent)).toBe(100_000 + FOR_A_CALL)
    expect([5_000, 2_900, 100].map(more)).toEqual([12_100, 10_100, 100])
    expect([22_100, 20_000].map(more)).toEqual([110_020, 108_020])
  })

  it('counts accounts and the size of code, and refuses a price that no rule has', () => {
    const ops = [{ op: 'EXTCODESIZE', gasCost: 2_600 }]
    expect(underGlamsterdam({ ...sent, ops, coldCalls: 1 })).toBe(100_000 + FOR_A_CALL + 500 + 400)
    expect(() => underGlamsterdam({ ...sent, ops: [{ op: 'SSTORE', gasCost: 800 }] })).toThrow('800')
  })

  it('never falls below the floor of the calldata', () => {
    expect(underGlamsterdam({ ...sent, calldataBytes: 10_000 })).toBe(15_000 + 640_000)
  })

  it('charges a deployment for each byte of code', () => {
    expect(deploymentUnderGlamsterdam(1_000_000, 1_001) - deploymentUnderGlamsterdam(1_000_000, 1_000)).toBe(1_330)
  })
})

it('the data fee of an OP-stack chain is that of a hundred bytes at least', () => {
  expect(l1FeeGwei(10)).toBe(l1FeeGwei(100))
  expect(l1FeeGwei(1_000)).toBeGreaterThan(7 * l1FeeGwei(100))
})

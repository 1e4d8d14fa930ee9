import { expect, it } from 'vitest'
import { table } from './table.ts'

it('aligns columns, and gives colours no width', () => {
  expect(
    table([
      ['A', 'LONG'],
      ['\u001b[32mxyz\u001b[39m', '1'],
    ]),
  ).toEqual(['A    LONG', '\u001b[32mxyz\u001b[39m  1'])
})

import { expect, it } from 'vitest'
import { byteCount, byteProgress } from './byte-progress.ts'
import { createTerminal } from './terminal.ts'

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.00 kB'],
  [1_500_000, '1.50 MB'],
  [64_250_000_000, '64.3 GB'],
  [5e15, '5.00e+3 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(byteCount(bytes)).toBe(text)
})

it('progress is said at most once a second, with how fast it goes', () => {
  const lines: string[] = []
  let now = 0
  const terminal = { ...createTerminal({ json: false, quiet: true }), progress: (line: string) => lines.push(line) }
  const progress = byteProgress(terminal, () => now)
  for (now = 0; now <= 2_500; now += 500) progress('writing', now * 1_000, 10_000_000)
  expect(lines).toEqual(['  writing 1.00 MB of 10.0 MB, 1.00 MB/s', '  writing 2.00 MB of 10.0 MB, 1.00 MB/s'])
})

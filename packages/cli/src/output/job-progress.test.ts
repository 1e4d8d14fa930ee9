import { expect, it } from 'vitest'
import { byteCount } from './byte-count.ts'
import { type JobAmount, jobProgress } from './job-progress.ts'
import { createTerminal, type Terminal } from './terminal.ts'

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

/** Everything that a job of 1 MB a second says. */
function said(live: boolean, amount: (bytes: number) => JobAmount, { doing = 'writing', columns = 80 } = {}): string[] {
  const lines: string[] = []
  let now = 0
  const terminal: Terminal = {
    ...createTerminal({ json: false, quiet: true }),
    live,
    columns,
    progress: (line) => lines.push(line),
    status: (line) => lines.push(`over: ${line}`),
  }
  const progress = jobProgress(terminal, () => now)
  for (now = 0; now <= 10_000; now += 100) progress.at(doing, amount(now * 1_000))
  progress.end()
  return lines
}

it('says what, how much of how much, how fast and how long still, in a line every five seconds', () => {
  const lines = said(false, (bytes) => ({
    bytes,
    totalBytes: 20_000_000,
    items: { name: 'files', done: bytes / 1000, total: 20_000 },
  }))
  expect(lines.filter((line) => !line.startsWith('over'))).toEqual([
    '  writing 5,000 of 20,000 files, 5.00 MB of 20.0 MB, 1.00 MB/s, 15 s left',
    '  writing 10,000 of 20,000 files, 10.0 MB of 20.0 MB, 1.00 MB/s, 10 s left',
  ])
})

it('writes one line over and over on a terminal, and takes it away in the end', () => {
  const lines = said(true, (bytes) => ({ bytes }))
  expect(lines).toHaveLength(51)
  expect(lines.slice(0, 1)).toEqual(['over:   writing 200 kB'])
  expect(lines.slice(-2)).toEqual(['over:   writing 10.0 MB, 1.00 MB/s', 'over: undefined'])
})

it('tells the time left by what is counted where the size is known only in the end', () => {
  const lines = said(false, (bytes) => ({ bytes, items: { name: 'releases', done: bytes / 1_000_000, total: 40 } }))
  expect(lines[0]).toBe('  writing 5 of 40 releases, 5.00 MB, 1.00 MB/s, about 35 s left')
})

it('counts the rate from where a job went on', () => {
  const lines = said(false, (bytes) => ({ bytes: bytes + 50_000_000 }))
  expect(lines[0]).toBe('  writing 55.0 MB, 1.00 MB/s')
})

it.each([
  [120, '  bbbhhai.com  sending it to every provider 0 of 3 providers, 10.0 MB of 904 MB, 1.00 MB/s, 15 min left'],
  [80, '  bbbhhai.com  sending it to every provider 10.0 MB of 904 MB, 15 min left'],
  [60, '  bbbhhai.com  sending it to every provider 15 min left'],
  [40, '  bbbhhai.com  sending it… 15 min left'],
])('shows the time left where a line has %i characters', (columns, line) => {
  const doing = 'bbbhhai.com  sending it to every provider'
  const items = { name: 'providers', done: 0, total: 3 }
  const lines = said(true, (bytes) => ({ bytes, totalBytes: 904_000_000, items }), { doing, columns })
  expect(lines.at(-2)).toBe(`over: ${line}`)
})

import type { Operation } from '@domainsync/core'
import { expect, it } from 'vitest'
import { publishProgress } from './publish-progress.ts'
import { createTerminal } from './terminal.ts'

const operation = { id: 'one', domain: 'bbbhhai.com' } as Operation

it('says in plain lines how far import, sending and reading back are, and nothing of what is short', () => {
  const lines: string[] = []
  let now = 0
  const terminal = {
    ...createTerminal({ json: true, quiet: true }),
    live: false,
    progress: (line: string) => lines.push(line),
  }
  const { onImport, onTransfer, onProgress } = publishProgress(terminal, () => now)
  onImport({ files: 4, filesDone: 1, sizeBytes: 4e9, bytesDone: 1e9 })
  now += 10_000
  onImport({ files: 4, filesDone: 2, sizeBytes: 4e9, bytesDone: 2e9 })
  onImport({ files: 4, filesDone: 4, sizeBytes: 4e9, bytesDone: 4e9 })
  const point = { operation, step: 'replicate', attempt: 1, resumed: false }
  onProgress({ ...point, phase: 'start' })
  for (let bytes = 0; bytes <= 3e9; bytes += 1e9, now += 4_000) {
    onTransfer({ step: 'replicate', domain: 'bbbhhai.com', bytes, totalBytes: 3e9, providers: { done: 1, total: 3 } })
  }
  onProgress({ ...point, phase: 'done', receipt: {} })
  onTransfer({ step: 'prove', domain: 'bbbhhai.com', sample: true, bytes: 1e6 })
  now += 6_000
  onTransfer({ step: 'prove', domain: 'bbbhhai.com', sample: true, bytes: 7e6 })
  expect(lines).toEqual([
    '  importing 2 of 4 files, 2.00 GB of 4.00 GB, 100 MB/s, 20 s left',
    '  … bbbhhai.com  sending it to every provider',
    '  bbbhhai.com  sending it to every provider 1 of 3 providers, 2.00 GB of 3.00 GB, 250 MB/s, 4.0 s left',
    '  ✓ bbbhhai.com  sending it to every provider  16 s',
    '  bbbhhai.com  reading it back from each, a sample: 7.00 MB, 1.00 MB/s',
  ])
  expect(lines.join('')).not.toMatch(/\p{Cc}/u)
})

import type { PublishPlan } from '@domainsync/publisher'
import { expect, it } from 'vitest'
import { showPlanned } from './show-publish.ts'
import { createTerminal } from './terminal.ts'

const plan: PublishPlan = {
  domain: 'bbbhhai.com',
  content: 'bafy',
  files: 1,
  sizeBytes: 1,
  changes: [{ kind: 'added', path: 'index.html' }],
  live: 6,
  release: 7,
  expectedSeq: 6,
  checks: [],
  checksSkipped: true,
  finished: [],
}

it.each([
  ['publish', { prepare: undefined, unsigned: false }, 'Would publish release 7 of bbbhhai.com.'],
  [
    'be signed elsewhere',
    { prepare: 'r.sign', unsigned: false },
    'Would write to r.sign what is to be signed of release 7 of bbbhhai.com.',
  ],
  [
    'be sent by somebody else',
    { prepare: undefined, unsigned: true },
    'Would store and prove release 7 of bbbhhai.com, and print its transaction.',
  ],
])('says of a release that is to %s what would happen, and no more', (_, how, sentence) => {
  const lines: string[] = []
  const terminal = { ...createTerminal({ json: false, quiet: true }), print: (line: string) => lines.push(line) }
  showPlanned(plan, { terminal, full: false, ...how })
  expect(lines).toEqual([sentence])
})

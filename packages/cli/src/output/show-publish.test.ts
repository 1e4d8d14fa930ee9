import type { PublishPlan, PublishResult } from '@domainsync/publisher'
import { expect, it } from 'vitest'
import type { ProviderConfig } from '../config/provider-schema.ts'
import { showPlanned, showResult } from './show-publish.ts'
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

it('says where a node of this machine serves it, and of a release too large to be read back whole that a sample was', () => {
  const lines: string[] = []
  const terminal = { ...createTerminal({ json: false, quiet: true }), print: (line: string) => lines.push(line) }
  const providers = [
    { provider: 'kubo', blocks: 99, sample: true as const, latencyMs: 1 },
    { provider: 'node-1', blocks: 12, latencyMs: 1 },
    { provider: 'pinata', blocks: 0, latencyMs: 1, code: 'BLOCK_MISSING' },
  ]
  const result = {
    domain: 'bbbhhai.com',
    release: 1,
    root: 'bafy',
    proof: { need: 2, held: 2, trial: false, providers },
    transaction: { gasUsed: 1, gasPriceWei: '1', hash: '0x' },
    resolvers: [],
    incomplete: [{ provider: 'pinata', code: 'PIN_TIMEOUT', message: 'It did not pin in time.' }],
  } as unknown as PublishResult
  const node = { kind: 'embedded', url: 'http://127.0.0.1:8081', path: 'state/node-1' } as ProviderConfig
  showResult(result, { terminal, full: false, providers: { 'node-1': node } })
  expect(lines.at(-1)).toBe('Read it at http://bbbhhai.com.localhost:8081/ while "domainsync serve" runs here.')
  expect(lines[0]).toBe('store   kubo a sample of 99 blocks   node-1 12 blocks   pinata PIN_TIMEOUT')
})

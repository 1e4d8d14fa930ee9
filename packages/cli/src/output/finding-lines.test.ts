import type { Action, ConditionReport, DomainReport, LadderPosition } from '@domainsync/healing-agent'
import { describe, expect, it } from 'vitest'
import { findingLines } from './finding-lines.ts'
import { exitCodeOfFindings } from './show-findings.ts'

const NOW = 1_800_000_000_000
const ROOT = 'bafy-44'

/** A domain with which all is well, but for the changes. */
function report(more: Partial<DomainReport> = {}): DomainReport {
  const none = { used: 0, of: 6 }
  return {
    domain: 'bbbhhai.com',
    checkedAt: NOW,
    release: { live: 44, latest: 44, seq: 50, root: ROOT, stable: true, kept: 44, paused: 0 },
    quorum: true,
    chain: 'Release 44 is live at block 120.',
    served: 'match',
    checks: 'pass',
    verified: 'yes',
    dns: { status: 'match', found: ROOT, wanted: ROOT, evidence: '', resolvers: { match: 0, of: 0, list: [] } },
    pages: [{ probe: 'served', path: '/', status: 'good', evidence: '/ is what was approved.' }],
    replicas: { stored: 3, of: 3, need: 2, list: [] },
    conditions: [],
    actions: [],
    freezes: [],
    limits: { repairs: none, rollbacks: { used: 0, of: 3 } },
    running: null,
    keeper: { host: 'web', pid: 7, state: 'alive', until: NOW + 60_000 },
    incident: null,
    warnings: [],
    error: null,
    nextAt: NOW + 30_000,
    underWay: false,
    ...more,
  }
}

const SWAP: Action = { kind: 'swapDns', expected: 'bafy-zz', next: ROOT, expectedSeq: 50 }
function drift(...ladders: LadderPosition[]): { conditions: ConditionReport[]; dns: DomainReport['dns'] } {
  const evidence = 'TXT bafy-zz is not the wanted release.'
  const condition = { domain: 'bbbhhai.com', type: 'DnsDrift', subject: '', severity: 'warning' } as const
  const dns = { ...report().dns, status: 'DRIFT', found: 'bafy-zz', evidence } as const
  return { conditions: [{ ...condition, since: NOW - 41_000, evidence, ladders }], dns }
}
const DRIFTS = 'bbbhhai.com  DnsDrift for 41 s: TXT bafy-zz is not the wanted release.'
const lines = (more: Partial<DomainReport>) => findingLines(report(more), NOW)

it('says nothing when all is well', () => expect(lines({})).toEqual([]))

describe('a condition', () => {
  it('comes with the repair that is next, and which try it is', () => {
    const act = { kind: 'act', step: 1, of: 2, action: SWAP, attempt: 1, tries: 2 } as const
    expect(lines(drift(act))).toEqual([`${DRIFTS} Next: set TXT bafy-zz → bafy-44 (1 of 2).`])
    expect(lines(drift({ ...act, attempt: 3 }))).toEqual([`${DRIFTS} Next: set TXT bafy-zz → bafy-44 (again).`])
  })

  it('comes with when the repair goes on', () => {
    const wait = { kind: 'wait', step: 1, of: 2, until: NOW + 20_000, next: 'swapDns' } as const
    expect(lines(drift(wait))).toEqual([`${DRIFTS} Next: setting the TXT record, in 20 s.`])
    expect(lines(drift({ ...wait, next: 'page' }))).toEqual([`${DRIFTS} Waiting 20 s whether the last repair helped.`])
  })

  it('comes with what blocks its repair, or why a person must act', () => {
    const reason = 'the domain is frozen (RepairExhausted)'
    expect(lines(drift({ kind: 'blocked', step: 1, of: 2, reason }))).toEqual([`${DRIFTS} Blocked: ${reason}.`])
    const end = { kind: 'end', step: 2, of: 2, reason: 'setting the TXT record was tried twice' } as const
    expect(lines(drift(end))).toEqual([`${DRIFTS} A person must act: ${end.reason}.`])
  })

  it('comes with the command to repair it when no agent does', () => {
    const act = { kind: 'act', step: 1, of: 2, action: SWAP, attempt: 1, tries: 2 } as const
    expect(lines({ ...drift(act), keeper: null }).slice(1)).toEqual([
      'bbbhhai.com  no agent runs here. To repair it once:',
      '   domainsync heal bbbhhai.com',
    ])
    expect(lines({ ...drift({ kind: 'end', step: 2, of: 2, reason: 'x' }), keeper: null })).toHaveLength(1)
  })

  it('comes with the agent that has not been heard of', () => {
    const keeper = { host: 'web', pid: 7, state: 'alive', until: NOW - 120_000 } as const
    expect(lines({ ...drift(), keeper }).at(-1)).toBe(
      'bbbhhai.com  its agent (process 7 on web) should have been heard of 2 min ago.',
    )
  })
})

describe('a freeze', () => {
  const freeze = {
    id: 'f',
    domain: 'bbbhhai.com',
    evidenceDigest: '0x',
    since: NOW - 720_000,
    thawSignature: undefined,
  }

  it('that only a person can end comes with the command', () => {
    expect(lines({ freezes: [{ ...freeze, cause: 'RepairExhausted', kind: 'sticky' }] })).toEqual([
      'bbbhhai.com  frozen for 12 min (RepairExhausted): the repairs that the agent may do by itself are used up. Chain and DNS stay as they are until a person approves; copies are still repaired.',
      '   domainsync approve bbbhhai.com',
    ])
  })

  it('that ends by itself says when', () => {
    const [line] = lines({ freezes: [{ ...freeze, cause: 'ChainNoQuorum', kind: 'automatic' }] })
    expect(line).toContain('until that has ended for 3 rounds')
  })
})

it('says which caps are reached', () => {
  const limits = { repairs: { used: 6, of: 6 }, rollbacks: { used: 3, of: 3 } }
  expect(lines({ limits })).toEqual([
    'bbbhhai.com  all 6 repairs of this hour are used; one more freezes the domain.',
    'bbbhhai.com  the agent went back 3 times in 24 hours, the most it may: a person can, with "domainsync rollback".',
  ])
})

it.each([
  [1, 'publishing is paused on chain until the owner unpauses it.'],
  [2, 'healing is paused on chain: the agent moves neither chain nor DNS until the owner unpauses it.'],
])('says what is paused on chain (%d)', (paused, text) => {
  expect(lines({ release: { ...report().release!, paused } })).toEqual([`bbbhhai.com  ${text}`])
})

it('says that the live release is quarantined', () => {
  expect(lines({ release: { ...report().release!, stable: false } })[0]).toContain('live and quarantined')
})

it('says what to do when nothing is published yet', () => {
  expect(lines({ release: null, served: 'unknown' })).toEqual([
    'bbbhhai.com  nothing is published yet.',
    '   domainsync publish bbbhhai.com',
  ])
})

it('says why something is not known, or not confirmed', () => {
  const { dns } = report()
  const pages = (status: 'bad' | 'unknown', evidence: string) => [
    { probe: 'served', path: '/', status, evidence } as const,
  ]
  expect(lines({ served: 'unknown', pages: pages('unknown', '/: no answer in time') })).toEqual([
    'bbbhhai.com  what readers get is unknown: /: no answer in time.',
  ])
  expect(lines({ served: 'checking', pages: pages('unknown', '/ still shows release 43.') })).toEqual([
    'bbbhhai.com  what readers get is being checked: / still shows release 43.',
  ])
  expect(lines({ dns: { ...dns, status: 'unknown', evidence: 'ns gave no answer' } })).toEqual([
    'bbbhhai.com  DNS is unknown: ns gave no answer.',
  ])
  expect(lines({ dns: { ...dns, status: 'update', evidence: 'TXT bafy-45 is signed release 45.' } })).toEqual([
    'bbbhhai.com  DNS update: TXT bafy-45 is signed release 45.',
  ])
})

it.each([
  ['missing', 'node-2 does not hold it (absent)'],
  ['unknown', 'node-2 could not be asked: node-2 rejects the token'],
] as const)('says which copy is %s, and that this is not healthy', (copy, evidence) => {
  const other = { name: 'node-2', tier: 1, spare: false, copy, countable: true, online: true, evidence } as const
  const of = (more: object) => report({ replicas: { stored: 2, of: 3, need: 2, list: [{ ...other, ...more }] } })
  const code = (more: object) =>
    exitCodeOfFindings({
      schema: 'domainsync.pass/1',
      startedAt: NOW,
      finishedAt: NOW,
      complete: true,
      domains: [of(more)],
    })
  expect(findingLines(of({}), NOW)).toEqual([`bbbhhai.com  the copy of node-2 is ${copy}: ${evidence}.`])
  expect(code({})).toBe(2)
  expect(code({ copy: 'stored' })).toBe(0)
  expect(code({ spare: true })).toBe(0)
  // What can never count is configured so.
  expect(code({ countable: false })).toBe(0)
})

it('names the resolvers that answer something else', () => {
  const list = [
    { name: '1.1.1.1', answer: ROOT },
    { name: '8.8.8.8', answer: 'bafy-43' },
    { name: '9.9.9.9', answer: null },
  ]
  expect(lines({ dns: { ...report().dns, resolvers: { match: 1, of: 3, list } } })).toEqual([
    'bbbhhai.com  1 of 3 resolvers show it; 8.8.8.8: bafy-43, 9.9.9.9: nothing.',
  ])
})

it('says what is under way, and the command to finish what was interrupted', () => {
  const rollback = { id: 'x', kind: 'rollback', step: 'swap' } as const
  expect(lines({ running: rollback })).toEqual(['bbbhhai.com  a rollback is at step "swap".'])
  expect(lines({ running: rollback, keeper: null })).toEqual([
    'bbbhhai.com  a rollback was interrupted at step "swap":',
    '   domainsync heal bbbhhai.com',
  ])
  expect(lines({ running: { ...rollback, kind: 'publish' } })[1]).toBe('   domainsync resume bbbhhai.com')
})

it('says warnings and errors first', () => {
  const warnings = [{ code: 'KEY_SHARED', message: 'One key.' } as const]
  const error = { code: 'LEASE_HELD', message: 'Another agent.' }
  expect(lines({ warnings, error })).toEqual([
    'bbbhhai.com  LEASE_HELD: Another agent.',
    'bbbhhai.com  WARNING KEY_SHARED: One key.',
  ])
})

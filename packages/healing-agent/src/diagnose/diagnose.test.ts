import type { Condition, Observation, ProbeStatus } from '@domainsync/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MANIFEST_MISSING, UNSIGNED_BYTES } from '../observe/probe-value.ts'
import { type DiagnoseContext, diagnose } from './diagnose.ts'
import { NO_QUORUM_CRITICAL_AFTER_MS } from './severity.ts'

const T = 1_800_000_000_000
const domain = 'bbbhhai.com'

function see(probe: string, answers: string, { from = T, value = 'seen', vantage = 'here' } = {}): Observation[] {
  const status: Record<string, ProbeStatus> = { g: 'good', b: 'bad', '?': 'unknown' }
  return [...answers].map((letter, index) => {
    const at = from + index * 1_000
    return { domain, probe, vantage, at, status: status[letter]!, value, evidence: `${probe} ${letter} ${index}` }
  })
}

function context(probe: string, more: Partial<DiagnoseContext> = {}): DiagnoseContext {
  return { domain, probes: [probe], open: [], liveSince: 0, vantages: 1, maxAgeMs: 600_000, ...more }
}

function open(type: Condition['type'], subject = ''): Condition {
  return { domain, type, subject, severity: 'warning', since: T - 5_000, evidence: 'before' }
}

const types = (answers: Observation[], more: DiagnoseContext, now = T + 10_000) =>
  diagnose(answers, more, now).map(({ type, subject }) => `${type}:${subject}`)

describe('diagnose', () => {
  it.each([
    ['bb', []],
    ['bbb', ['DnsDrift:']],
    ['bgbgb', ['DnsDrift:']],
    ['bbggb', ['DnsDrift:']],
    ['bbgggb', []],
    ['b??b?b', ['DnsDrift:']],
    ['bb????', []],
    ['ggggg', []],
  ])('opens on 3 bad of the last 5 known answers: %s', (answers, expected) => {
    expect(types(see('dns', answers), context('dns'))).toEqual(expected)
  })

  it.each([
    ['gg', ['DnsDrift:']],
    ['ggg', []],
    ['g?g?g', []],
    ['ggb', ['DnsDrift:']],
    ['ggbgg', ['DnsDrift:']],
    ['???', ['DnsDrift:']],
    ['', ['DnsDrift:']],
  ])('closes on 3 good answers in a row and on nothing else: %s', (answers, expected) => {
    expect(types(see('dns', answers), context('dns', { open: [open('DnsDrift')] }))).toEqual(expected)
  })

  it('dates a condition from its first bad answer, and keeps that date', () => {
    const answers = see('dns', 'gbbgb')
    const [first] = diagnose(answers, context('dns'), T + 5_000)
    expect(first).toMatchObject({ since: T + 1_000, severity: 'warning', evidence: 'dns b 4' })
    const later = see('dns', 'b', { from: T + 60_000 })
    const [second] = diagnose(later, context('dns', { open: [first!] }), T + 61_000)
    expect(second).toMatchObject({ since: T + 1_000, evidence: 'dns b 0' })
  })

  it('takes stale answers for unknown', () => {
    expect(types(see('dns', 'bbb'), context('dns', { maxAgeMs: 5_000 }), T + 6_500)).toEqual([])
  })

  it('ignores answers about an earlier live release, except of the node and the chain', () => {
    const since = { liveSince: T + 10_000 }
    expect(types(see('dns', 'bbb'), context('dns', since))).toEqual([])
    expect(types(see('replica:a', 'bbb'), context('replica:a', since))).toEqual([])
    expect(types(see('node:a', 'bbb'), context('node:a', since))).toEqual(['NodeOffline:a'])
    expect(types(see('chain', 'bbb'), context('chain', since))).toEqual(['ChainNoQuorum:'])
  })

  it('begins a condition anew for a release that became live meanwhile, or leaves it until its answers are in', () => {
    const changed = { open: [open('DnsDrift')], liveSince: T }
    expect(diagnose(see('dns', 'bb'), context('dns', changed), T + 5_000)).toEqual([open('DnsDrift')])
    expect(diagnose(see('dns', 'bbb'), context('dns', changed), T + 5_000)).toMatchObject([
      { since: T, evidence: 'dns b 2' },
    ])
    expect(types(see('dns', 'ggg'), context('dns', changed))).toEqual([])
    const node = { open: [open('NodeOffline', 'a')], liveSince: T }
    expect(diagnose(see('node:a', 'b'), context('node:a', node), T + 5_000)).toMatchObject([{ since: T - 5_000 }])
  })

  it('needs two vantages where two are configured', () => {
    const here = see('dns', 'bbb')
    const there = see('dns', 'b', { from: T + 3_000, vantage: 'there' })
    expect(types(here, context('dns', { vantages: 2 }))).toEqual([])
    expect(types([...here, ...there], context('dns', { vantages: 2 }))).toEqual(['DnsDrift:'])
  })

  it('opens ContentAtRisk and a bad signature at once, a missing manifest only after 3', () => {
    expect(types(see('content', 'b'), context('content'))).toEqual(['ContentAtRisk:'])
    expect(types(see('release', 'b'), context('release'))).toEqual(['ReleaseUnverifiable:'])
    expect(types(see('release', 'bb', { value: MANIFEST_MISSING }), context('release'))).toEqual([])
    expect(types(see('release', 'bbb', { value: MANIFEST_MISSING }), context('release'))).toEqual([
      'ReleaseUnverifiable:',
    ])
  })

  it('does not open at once on an answer that was good again since', () => {
    expect(types(see('content', 'bg'), context('content'))).toEqual([])
  })

  it('gives every type its severity', () => {
    const severity = (probe: string, value = 'seen') =>
      diagnose(see(probe, 'bbb', { value }), context(probe), T + 5_000)[0]?.severity
    expect(severity('node:a')).toBe('critical')
    expect(severity('replica:a')).toBe('warning')
    expect(severity('content')).toBe('critical')
    expect(severity('dns')).toBe('warning')
    expect(severity('served:/')).toBe('warning')
    expect(severity('served:/', UNSIGNED_BYTES)).toBe('critical')
    expect(severity('release')).toBe('critical')
    expect(severity('check:/')).toBe('critical')
    expect(severity('chain')).toBe('warning')
  })

  it('makes a lost quorum critical after 15 minutes', () => {
    const opened = { ...open('ChainNoQuorum'), since: T }
    const at = (ms: number) => diagnose([], context('chain', { open: [opened] }), T + ms)[0]?.severity
    expect(at(NO_QUORUM_CRITICAL_AFTER_MS - 1)).toBe('warning')
    expect(at(NO_QUORUM_CRITICAL_AFTER_MS)).toBe('critical')
  })

  it('blames no server for wrong bytes while the name points elsewhere', () => {
    const served = see('served:/', 'bbb')
    const both = context('served:/', { probes: ['served:/', 'dns'] })
    expect(types([...served, ...see('dns', 'b')], both)).toEqual([])
    expect(types(served, { ...both, open: [open('DnsDrift')] })).toEqual(['DnsDrift:'])
    expect(types([...served, ...see('dns', 'g')], both)).toEqual(['HashMismatch:/'])
  })

  it('drops a condition whose probe is no longer configured', () => {
    expect(types([], context('dns', { open: [open('ReplicaLost', 'gone')] }))).toEqual([])
  })

  it('keeps domains apart', () => {
    const other = see('dns', 'bbb').map((observation) => ({ ...observation, domain: 'auditorsec.com' }))
    expect(types(other, context('dns'))).toEqual([])
  })

  it('never opens on fewer than 3 bad answers, and never stays open after 3 good ones, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('g', 'b', '?'), { maxLength: 30 }), fc.boolean(), (letters, wasOpen) => {
        const answers = letters.join('')
        const known = answers.replaceAll('?', '')
        const before = wasOpen ? [open('DnsDrift')] : []
        const found = types(see('dns', answers), context('dns', { open: before }), T + 60_000).length === 1
        const bad = [...known.slice(-5)].filter((letter) => letter === 'b').length
        expect(found).toBe(wasOpen ? !known.endsWith('ggg') : bad >= 3)
      }),
    )
  })
})

import { parseDomainName } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../agent/agent-world.test.support.ts'
import { observeTrust } from './observe-trust.ts'

const name = parseDomainName('bbbhhai.com')
const context = {
  domain: name,
  name,
  vantage: 'agent',
  clock: new VirtualClock(),
  timeoutMs: 1_000,
  signal: new AbortController().signal,
}
const pending = { trustHash: `0x${'ab'.repeat(32)}`, notBefore: 1_790_000_000, reclaim: false } as const

describe('a change of trust', () => {
  it('is good news only when there is none', () => {
    expect(observeTrust({ ...context, pending: undefined })).toMatchObject({ probe: 'trust', status: 'good' })
  })

  it('says from when on it is possible, and how to stop it', () => {
    expect(observeTrust({ ...context, pending })).toMatchObject({
      status: 'bad',
      evidence: expect.stringMatching(/from 2026-09-21T14:13:20Z on.*domainsync trust cancel bbbhhai\.com$/),
    })
    expect(observeTrust({ ...context, pending: { ...pending, reclaim: true } })).toMatchObject({
      evidence: expect.stringContaining('domainsync reclaim object bbbhhai.com'),
    })
  })
})

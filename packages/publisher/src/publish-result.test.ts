import type { JsonValue, Operation } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { resultOf } from './publish-result.ts'

const RECEIPTS: Record<string, JsonValue> = {
  sign: { root: 'root', ipfsHash: '0x3', release: 5 },
  car: { path: 'x.car', sizeBytes: 10 },
  replicate: { uploads: [{ provider: 'a' }, { provider: 'b' }, { provider: 'c' }] },
  prove: {
    need: 2,
    held: 3,
    trial: false,
    providers: ['a', 'b', 'c'].map((provider) => ({ provider, blocks: 4, latencyMs: 1 })),
  },
  sync: { hash: '0x1', blockNumber: 1, blockHash: '0x2', gasUsed: '1', gasPriceWei: '1' },
  swap: { root: 'root', superseded: false },
  propagation: { resolvers: [{ resolver: 'r1', afterMs: 3 }] },
}

function operation(changed: Record<string, JsonValue> = {}): Operation {
  const receipts = { ...RECEIPTS, ...changed }
  const steps = Object.entries(receipts).map(([key, receipt]) => ({
    key,
    state: 'done' as const,
    attempts: 1,
    intent: null,
    receipt,
    notBefore: undefined,
  }))
  return {
    id: 'run',
    kind: 'publish',
    domain: 'example.com',
    incident: undefined,
    expectedSeq: 4,
    content: 'content',
    root: 'root',
    state: 'done',
    epoch: 0,
    steps,
  }
}

describe('resultOf', () => {
  it('reads a complete publish off the journal', () => {
    expect(resultOf(operation())).toMatchObject({ run: 'run', release: 5, root: 'root', carBytes: 10, incomplete: [] })
  })

  it('names a provider whose upload failed by the reason of that', () => {
    const uploads = [{ provider: 'a' }, { provider: 'b', code: 'TOKEN_REJECTED', message: 'b rejects the token.' }]
    const providers = [
      { provider: 'a', blocks: 4, latencyMs: 1 },
      { provider: 'b', blocks: 0, latencyMs: 1, code: 'BLOCK_MISSING', cid: 'bafy' },
    ]
    const { incomplete } = resultOf(
      operation({ replicate: { uploads }, prove: { need: 1, held: 1, trial: false, providers } }),
    )
    expect(incomplete).toEqual([{ provider: 'b', code: 'TOKEN_REJECTED', message: 'b rejects the token.' }])
  })

  it('names a provider that took everything and gave something else, with the block', () => {
    const providers = [{ provider: 'a', blocks: 3, latencyMs: 1, code: 'BLOCK_MISMATCH', cid: 'bafy' }]
    const { incomplete } = resultOf(operation({ prove: { need: 1, held: 0, trial: false, providers } }))
    expect(incomplete).toEqual([
      { provider: 'a', code: 'BLOCK_MISMATCH', message: expect.stringContaining('Block bafy did not come back true') },
    ])
  })

  it('calls nothing incomplete because of a provider that took the release and cannot be read back', () => {
    const proven = (provider: string, code: string) => ({ provider, blocks: 0, latencyMs: 1, code })
    const providers = [proven('a', 'SOURCE_MISSING'), proven('b', 'EVIDENCE_WEAK')]
    const uploads = [{ provider: 'a' }, { provider: 'b', code: 'PIN_TIMEOUT', message: 'b has not pinned it.' }]
    const prove = { need: 1, held: 1, trial: false, providers }
    expect(resultOf(operation({ replicate: { uploads }, prove })).incomplete).toEqual([
      { provider: 'b', code: 'PIN_TIMEOUT', message: 'b has not pinned it.' },
    ])
  })

  it('names the provider that a copy lies with in truth', () => {
    const providers = [{ provider: 'a', blocks: 4, latencyMs: 1, code: 'REPLICA_PROXIED', behind: 'b' }]
    const { incomplete } = resultOf(operation({ prove: { need: 1, held: 1, trial: false, providers } }))
    expect(incomplete).toMatchObject([
      { provider: 'a', code: 'REPLICA_PROXIED', message: expect.stringContaining('with b') },
    ])
  })

  it('names a resolver that still answers the old release', () => {
    const resolvers = [
      { resolver: 'r1', afterMs: 3 },
      { resolver: 'r2', last: 'bafyold' },
    ]
    const { incomplete } = resultOf(operation({ propagation: { resolvers } }))
    expect(incomplete).toEqual([{ provider: 'r2', code: 'DNS_NOT_YET', message: 'It still answers bafyold.' }])
  })
})

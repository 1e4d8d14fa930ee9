import { zeroPadValue } from 'ethers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDomainName } from '../../packages/core/dist/index.js'
import { createQuorumChain, createRpcChain, type DomainHistory, readHistory } from '../../packages/sdk/src/index.ts'
import { type ChainNode, CHAIN_NODE as kind, startChainNode } from '../support/chain-node.ts'
import { deployRegistry, type Role, roleAddress, type TestRegistry } from '../support/test-registry.ts'

const digest = (n: number) => zeroPadValue(`0x${n.toString(16).padStart(4, '0')}`, 32)

/** A call that may well be refused: then it changes nothing. */
const operation = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ method: 'sync' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ method: fc.constant('rollback' as const), back: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 3, arbitrary: fc.record({ method: fc.constant('keep' as const), back: fc.nat(7) }) },
  { weight: 2, arbitrary: fc.record({ method: fc.constant('quarantine' as const), back: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ method: fc.constant('reinstate' as const), back: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.constant({ method: 'logFailure' as const }) },
)

describe(`history on ${kind}`, () => {
  let node: ChainNode
  let registry: TestRegistry

  beforeAll(async () => {
    node = await startChainNode(kind)
    registry = await deployRegistry(node)
  })
  afterAll(async () => {
    registry?.close()
    await node?.stop()
  })

  function quorum() {
    const chains = ['a', 'b'].map((operator) =>
      createRpcChain({ url: node.url, chainId: 31337, registry: registry.address, operator }),
    )
    return createQuorumChain(chains)
  }

  /** What a history says of the releases that the registry still holds, in the form of its state. */
  function heldOf({ releases, live, latest, kept }: DomainHistory) {
    return {
      live,
      latest,
      kept,
      releases: releases
        .filter(({ held }) => held)
        .map(({ number, ipfsHash, stable, trust }) => ({ release: number, ipfsHash, stable, trust })),
    }
  }

  it('equals the state of the contract after any calls', { timeout: 120_000 }, async () => {
    let domains = 0
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 25, maxLength: 40 }), async (operations) => {
        const name = parseDomainName(`d${domains++}.${kind}.example`)
        const id = await registry.register(name)
        const chain = quorum()
        let hashes = 0
        let latest = 0
        let live = 0
        for (const one of operations) {
          const seq = await registry.seq(id)
          const [role, ...args] = callOf(one, { seq, latest, live, hash: digest(++hashes) })
          await registry.send(role, one.method, id, ...args).catch((error: { code?: string }) => {
            if (error.code !== 'CALL_EXCEPTION') throw error
          })
          const state = await chain.domain(name, await chain.block('latest'))
          latest = state!.head.latest
          live = state!.head.live
        }
        const state = await chain.domain(name, await chain.block('latest'))
        const history = await readHistory(chain, name, { fromBlock: registry.deployedAt })
        expect(heldOf(history)).toEqual({
          live: state!.head.live,
          latest: state!.head.latest,
          kept: state!.kept?.release ?? 0,
          releases: state!.releases,
        })
        expect(history.releases.find((release) => release.live)?.stable ?? false).toBe(state!.head.stable)
      }),
      { numRuns: 4, seed: kind.length },
    )
  })

  it('follows changes of trust and a reclaim as the contract does', async () => {
    const name = parseDomainName(`reclaimed.${kind}.example`)
    const id = await registry.register(name)
    const later = async (seconds: number) => {
      await node.request('evm_increaseTime', [seconds])
      await node.request('evm_mine')
    }
    const trust = (role: Role) => ({
      owner: roleAddress('owner'),
      guardian: roleAddress('guardian'),
      signer: roleAddress(role),
      fromRelease: 0,
      pqKeyHash: digest(5),
    })
    for (const n of [1, 2]) await registry.sync(id, digest(n))
    await registry.send('owner', 'proposeTrust', id, trust('healer'))
    await later(2 * 86_400)
    await registry.send('owner', 'acceptTrust', id, trust('healer'))
    await registry.sync(id, digest(3))
    await registry.send('guardian', 'keep', id, 2, await registry.seq(id))

    const compare = async () => {
      const chain = quorum()
      const state = await chain.domain(name, await chain.block('latest'))
      const history = await readHistory(chain, name)
      const expected = { live: state!.head.live, latest: state!.head.latest, kept: state!.kept?.release ?? 0 }
      expect(heldOf(history)).toEqual({ ...expected, releases: state!.releases })
      expect(history.releases.find(({ live }) => live)?.trust).toEqual(state!.trust)
      return history
    }
    const before = await compare()
    const [signer, next] = [roleAddress('signer'), roleAddress('healer')]
    expect(before.releases.map((release) => release.trust.signer)).toEqual([next, signer, signer])

    await registry.startReclaim(name, trust('guardian'))
    await registry.send('owner', 'objectReclaim', id)
    await registry.startReclaim(name, trust('guardian'))
    expect((await compare()).releases.every(({ stable }) => stable)).toBe(true)
    await later(30 * 86_400)
    await registry.send('owner', 'acceptTrust', id, trust('guardian'))
    const after = await compare()
    expect(after.releases.some(({ stable }) => stable)).toBe(false)
    expect(after.kept).toBe(0)
  })

  it('shows rollbacks, reinstated releases and failures of the publisher and the healer', async () => {
    const name = parseDomainName(`told.${kind}.example`)
    const id = await registry.register(name)
    for (const n of [1, 2, 3]) await registry.sync(id, digest(n))
    await registry.send('publisher', 'logFailure', id, digest(9))
    await registry.send('healer', 'logHealthFailure', id, digest(3))
    await registry.rollback(id, 1)
    await registry.send('owner', 'reinstate', id, 2)
    const history = await readHistory(quorum(), name)
    expect(history.releases).toMatchObject([
      { number: 3, stable: false, live: false },
      { number: 2, stable: true, live: false },
      { number: 1, stable: true, live: true },
    ])
    expect(history.failures.map(({ ipfsHash }) => ipfsHash)).toEqual([digest(3), digest(9)])
    expect(history.rollbacks).toMatchObject([{ from: 3, to: 1 }])
  })
})

function callOf(
  one: typeof operation extends fc.Arbitrary<infer T> ? T : never,
  { seq, latest, live, hash }: { seq: number; latest: number; live: number; hash: string },
): [Role, ...unknown[]] {
  switch (one.method) {
    case 'sync':
      return ['publisher', hash, seq]
    case 'rollback':
      return ['healer', Math.max(0, live - one.back), seq]
    case 'keep':
      return ['guardian', Math.max(0, latest - one.back), seq]
    case 'quarantine':
    case 'reinstate':
      return ['owner', Math.max(0, latest - one.back)]
    case 'logFailure':
      return ['publisher', hash]
  }
}

import { zeroPadValue } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Chain, namehash, parseDomainName, type RegistryEvent } from '../../packages/core/dist/index.js'
import { createQuorumChain, createRpcChain } from '../../packages/sdk/src/index.ts'
import { CHAIN_NODE_KINDS, type ChainNode, startChainNode } from '../support/chain-node.ts'
import { deployRegistry, type Role, roleAddress, type TestRegistry } from '../support/test-registry.ts'

const NAME = parseDomainName('bbbhhai.com')
const HANDED_ON = parseDomainName('handed-on.example')
const TRUST_DELAY_S = 2 * 86_400
const digest = (n: number) => zeroPadValue(`0x0${n}`, 32)

/** Every `Chain` there is, over the same node. */
const DRIVERS: Record<string, (url: string, registry: string) => Chain> = {
  'one operator': (url, registry) => createRpcChain({ url, registry, chainId: 31337 }),
  'a quorum of three': (url, registry) =>
    createQuorumChain(['a', 'b', 'c'].map((operator) => createRpcChain({ url, registry, chainId: 31337, operator }))),
}

describe.each(CHAIN_NODE_KINDS)('on %s', (kind) => {
  let node: ChainNode
  let registry: TestRegistry
  /** Blocks of a domain that was handed on: accepted, published, accepted again, rolled back. */
  const handedOn: number[] = []

  beforeAll(async () => {
    node = await startChainNode(kind)
    registry = await deployRegistry(node)
    await publishAndHandOn()
    const id = await registry.register(NAME)
    for (const n of [1, 2, 3]) await registry.sync(id, digest(n))
  })

  async function publishAndHandOn(): Promise<void> {
    const id = await registry.register(HANDED_ON)
    await registry.sync(id, digest(1))
    await registry.send('guardian', 'keep', id, 1, await registry.seq(id))
    await registry.sync(id, digest(2))
    handedOn.push(await handOn(id, 'healer'))
    handedOn.push((await registry.sync(id, digest(3))).blockNumber)
    handedOn.push(await handOn(id, 'guardian'))
    handedOn.push((await registry.rollback(id, 1)).blockNumber)
  }

  /** Hands a domain on to another signer, as its owner does: propose, wait, accept. The block of the last step. */
  async function handOn(id: string, signer: Role): Promise<number> {
    const [owner, guardian] = [roleAddress('owner'), roleAddress('guardian')]
    const next = { owner, guardian, signer: roleAddress(signer), fromRelease: 0, pqKeyHash: digest(7) }
    await registry.send('owner', 'proposeTrust', id, next)
    await node.request('evm_increaseTime', [TRUST_DELAY_S])
    await node.request('evm_mine')
    return (await registry.send('owner', 'acceptTrust', id, next)).blockNumber
  }
  afterAll(async () => {
    registry?.close()
    await node?.stop()
  })

  describe.each(Object.entries(DRIVERS))('%s as a Chain', (_, open) => {
    const chain = () => open(node.url, registry.address)
    const eventsOf = async (range: { from: number; to: number }) => {
      const list: RegistryEvent[] = []
      for await (const event of chain().events(NAME, range)) list.push(event)
      return list
    }

    it('shows one block the same by tag and by number', async () => {
      const latest = await chain().block('latest')
      expect(latest).toEqual({
        number: expect.any(Number),
        hash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
        timestamp: expect.any(Number),
      })
      expect(await chain().block(latest.number)).toEqual(latest)
      expect((await chain().block('safe')).number).toBeLessThanOrEqual(latest.number)
    })

    it('refuses a block that is not there', async () => {
      const { number } = await chain().block('latest')
      await expect(chain().block(number + 100)).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
    })

    it('shows a domain at the block asked for', async () => {
      const latest = await chain().block('latest')
      const state = await chain().domain(NAME, latest)
      expect(state).toMatchObject({ domain: NAME, node: namehash(NAME), head: { live: 3 }, block: latest })
      const earlier = await chain().block(latest.number - 1)
      expect(await chain().domain(NAME, earlier)).toMatchObject({ head: { live: 2 }, block: earlier })
    })

    it('shows what each held release verifies under, and what the next one will', async () => {
      const signers = await Promise.all(
        handedOn.map(async (block) => {
          const state = await chain().domain(HANDED_ON, await chain().block(block))
          const { trust, nextTrust, releases } = state!
          return { live: trust.signer, next: nextTrust.signer, held: releases.map((held) => held.trust.signer) }
        }),
      )
      const [first, second, third] = (['signer', 'healer', 'guardian'] as const).map(roleAddress)
      expect(signers).toEqual([
        { live: first, next: second, held: [first, first] },
        { live: second, next: second, held: [second, first, first] },
        { live: second, next: third, held: [second, first, first] },
        { live: first, next: third, held: [second, first, first] },
      ])
    })

    it('says undefined for a name that is not registered', async () => {
      const at = await chain().block('latest')
      expect(await chain().domain(parseDomainName('nobody.example'), at)).toBeUndefined()
    })

    it('refuses the state at a block of another fork', async () => {
      const at = { ...(await chain().block('latest')), hash: digest(9) as `0x${string}` }
      await expect(chain().domain(NAME, at)).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
    })

    it('gives the events of a range, both ends included, oldest first', async () => {
      const { number: to } = await chain().block('latest')
      const all = await eventsOf({ from: 0, to })
      expect(all.filter(({ name }) => name === 'DomainSync').map(({ args }) => args.ipfsHash)).toEqual(
        [1, 2, 3].map(digest),
      )
      const parts = []
      for (let number = 0; number <= to; number++) parts.push(...(await eventsOf({ from: number, to: number })))
      expect(parts).toEqual(all)
    })

    it('gives no events for an empty range, and refuses one that reaches past the head', async () => {
      const { number } = await chain().block('latest')
      expect(await eventsOf({ from: number, to: number - 1 })).toEqual([])
      await expect(eventsOf({ from: number, to: number + 1 })).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
    })

    it('rejects with the caller’s reason when it is aborted', async () => {
      const reason = new Error('enough')
      const signal = AbortSignal.abort(reason)
      const at = await chain().block('latest')
      await expect(chain().block('latest', { signal })).rejects.toBe(reason)
      await expect(chain().domain(NAME, at, { signal })).rejects.toBe(reason)
      await expect(chain().events(NAME, { from: 0, to: 1 }, { signal })[Symbol.asyncIterator]().next()).rejects.toBe(
        reason,
      )
    })
  })
})

import { zeroPadValue } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Chain, namehash, parseDomainName, type RegistryEvent } from '../../packages/core/dist/index.js'
import { createQuorumChain, createRpcChain } from '../../packages/sdk/src/index.ts'
import { CHAIN_NODE_KINDS, type ChainNode, startChainNode } from '../support/chain-node.ts'
import { deployRegistry, type TestRegistry } from '../support/test-registry.ts'

const NAME = parseDomainName('bbbhhai.com')
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

  beforeAll(async () => {
    node = await startChainNode(kind)
    registry = await deployRegistry(node)
    const id = await registry.register(NAME)
    for (const n of [1, 2, 3]) await registry.sync(id, digest(n))
  })
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

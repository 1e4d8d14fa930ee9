import { zeroPadValue } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDomainName } from '../../packages/core/dist/index.js'
import { createQuorumChain, createRpcChain, readHistory } from '../../packages/sdk/src/index.ts'
import { type ChainNode, startChainNode } from '../support/chain-node.ts'
import { type Alter, type RpcExchange, type RpcProxy, startRpcProxy } from '../support/lying-rpc.ts'
import { deployRegistry, type TestRegistry } from '../support/test-registry.ts'

const NAME = parseDomainName('bbbhhai.com')
const QUIET_BLOCKS = 20_000
const digest = (n: number) => zeroPadValue(`0x${n.toString(16).padStart(4, '0')}`, 32)

/** How many blocks a request for logs spans; 0 for other requests. */
function blocksOf({ method, params }: RpcExchange): number {
  if (method !== 'eth_getLogs') return 0
  const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string }
  return Number(toBlock) - Number(fromBlock) + 1
}

/** What operators say when a range holds too much: more than so many blocks, or so many logs. */
const LIMITS: readonly { says: string; code: number; blocks?: number; logs?: number }[] = [
  { says: 'query returned more than 10000 results', code: -32005, logs: 3 },
  { says: 'range 1000000 exceeds limit of 10000', code: -32602, blocks: 1_000 },
  { says: 'block range too large', code: -32000, blocks: 1_000 },
  { says: 'Log response size exceeded. This block range should work: [0x1, 0x2]', code: -32602, logs: 3 },
  { says: 'eth_getLogs is limited to a 10,000 range', code: -32614, blocks: 999 },
  { says: 'ranges over 10000 blocks are not supported on freetier', code: 35, blocks: 500 },
  { says: 'limit exceeded', code: -32005, blocks: 1_000, logs: 3 },
]

describe('history through operators that limit logs', () => {
  let node: ChainNode
  let registry: TestRegistry

  beforeAll(async () => {
    node = await startChainNode('hardhat')
    await node.request('hardhat_mine', [`0x${QUIET_BLOCKS.toString(16)}`])
    registry = await deployRegistry(node)
    const id = await registry.register(NAME)
    for (const n of [1, 2, 3]) await registry.sync(id, digest(n))
    await node.request('hardhat_mine', [`0x${QUIET_BLOCKS.toString(16)}`])
    await registry.sync(id, digest(4))
    await registry.rollback(id, 2)
  })
  afterAll(async () => {
    registry?.close()
    await node?.stop()
  })

  function chainAt(url: string, firstBlock?: number) {
    const chain = createRpcChain({ url, chainId: 31337, registry: registry.address })
    return createQuorumChain([chain], { quorum: 1, firstBlock })
  }

  /** A proxy that counts the requests for logs. */
  async function limited(alter: Alter): Promise<RpcProxy & { asked: () => number }> {
    let asked = 0
    const proxy = await startRpcProxy(node.url, (exchange, honest) => {
      if (exchange.method === 'eth_getLogs') asked += 1
      return alter(exchange, honest)
    })
    return Object.assign(proxy, { asked: () => asked })
  }

  it.each(LIMITS)('is whole when one says "$says"', async ({ says, code, blocks, logs }) => {
    await using proxy = await limited((exchange, honest) => {
      const tooWide = blocks !== undefined && blocksOf(exchange) > blocks
      const tooMany = logs !== undefined && exchange.method === 'eth_getLogs' && (honest.result as []).length > logs
      return tooWide || tooMany ? { error: { code, message: says } } : honest
    })
    const honest = await readHistory(chainAt(node.url), NAME)
    expect(honest).toMatchObject({ latest: 4, live: 2 })
    expect(await readHistory(chainAt(proxy.url), NAME)).toEqual(honest)
    // A page is at least half of what is allowed, and tries for more are seldom.
    const pages = blocks === undefined ? 100 : (2 * 2 * QUIET_BLOCKS) / blocks + 50
    expect(proxy.asked()).toBeLessThan(pages)
  })

  it('starts at the block of the deployment, where that is known', async () => {
    const spans: number[] = []
    await using proxy = await limited((exchange, honest) => {
      if (exchange.method === 'eth_getLogs') spans.push(blocksOf(exchange))
      return honest
    })
    const history = await readHistory(chainAt(proxy.url, registry.deployedAt), NAME)
    expect(history).toEqual(await readHistory(chainAt(node.url), NAME))
    expect(spans).toHaveLength(1)
    expect(spans[0]).toBeLessThan(QUIET_BLOCKS + 100)
  })

  it('refuses to start after the registration, lest releases that were condemned before be forgotten', async () => {
    for (const late of [registry.deployedAt + 3, registry.deployedAt + 2 * QUIET_BLOCKS]) {
      await expect(readHistory(chainAt(node.url, late), NAME)).rejects.toMatchObject({
        code: 'HISTORY_INCOMPLETE',
        message: expect.stringContaining(`block ${late}`),
      })
    }
    const unknown = parseDomainName('unknown.example')
    expect((await readHistory(chainAt(node.url, registry.deployedAt), unknown)).releases).toEqual([])
  })

  it('waits when one limits the rate, in its status or in words alone', async () => {
    await using proxy = await startRpcProxy(node.url)
    let said = 0
    proxy.alter(({ method }, honest) =>
      method === 'eth_getLogs' && said++ === 0
        ? { error: { code: -32016, message: 'over rate limit, try again later' } }
        : honest,
    )
    expect(await readHistory(chainAt(proxy.url), NAME)).toMatchObject({ latest: 4, live: 2 })
    let refused = 0
    proxy.handle((_, response, body) => {
      const logs = Array.isArray(body) && body.some(({ method }) => method === 'eth_getLogs')
      if (!logs || refused++ > 0) return false
      response.statusCode = 429
      response.end('slow down')
      return true
    })
    expect(await readHistory(chainAt(proxy.url), NAME)).toMatchObject({ latest: 4, live: 2 })
    expect([said, refused]).toEqual([3, 2])
  })

  it('says what an operator said that refuses even one block', async () => {
    await using proxy = await limited((exchange, honest) =>
      exchange.method === 'eth_getLogs' ? { error: { code: -32601, message: 'method not available' } } : honest,
    )
    await expect(readHistory(chainAt(proxy.url), NAME)).rejects.toMatchObject({
      code: 'RPC_ERROR',
      message: expect.stringContaining('method not available'),
    })
    expect(proxy.asked()).toBeLessThan(20)
  })
})

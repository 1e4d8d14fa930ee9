import { id as keccak, zeroPadValue } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { domainId, namehash, parseDomainName, type RegistryEvent } from '../../packages/core/dist/index.js'
import { reservePort } from '../../packages/core/dist/node/index.js'
import {
  createQuorumChain,
  createRpcChain,
  type Dissent,
  type OperatorChain,
  type OperatorFailure,
} from '../../packages/sdk/src/index.ts'
import { type ChainNode, CHAIN_NODE as kind, startChainNode } from '../support/chain-node.ts'
import { type Alter, startRpcProxy } from '../support/lying-rpc.ts'
import { deployRegistry, roleAddress, type TestRegistry } from '../support/test-registry.ts'

const NAME = parseDomainName('bbbhhai.com')
const digest = (n: number) => zeroPadValue(`0x${n.toString(16).padStart(2, '0')}`, 32) as `0x${string}`

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

describe(`on ${kind}`, () => {
  let node: ChainNode
  let registry: TestRegistry
  let id: `0x${string}`

  beforeAll(async () => {
    node = await startChainNode(kind)
    registry = await deployRegistry(node)
    id = await registry.register(NAME)
    for (let n = 1; n <= 10; n++) {
      await registry.sync(id, digest(n))
      if (n === 1) await registry.send('guardian', 'keep', id, 1, await registry.seq(id))
    }
    await registry.rollback(id, 8)
  })
  afterAll(async () => {
    registry?.close()
    await node?.stop()
  })

  const rpc = (url: string, options: Partial<Parameters<typeof createRpcChain>[0]> = {}): OperatorChain =>
    createRpcChain({ url, chainId: node.chainId, registry: registry.address, ...options })

  /** The node behind several proxies, each one an operator. */
  async function operators(...alters: (Alter | undefined)[]) {
    const stack = new AsyncDisposableStack()
    const proxies = []
    for (const alter of alters) proxies.push(stack.use(await startRpcProxy(node.url, alter)))
    const chains = proxies.map((proxy, index) => rpc(proxy.url, { operator: `op${index}` }))
    return { proxies, chains, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  }

  describe('createRpcChain', () => {
    it('reads the whole state of a domain at one block in two round trips', async () => {
      const trust = {
        owner: roleAddress('owner'),
        guardian: roleAddress('guardian'),
        signer: roleAddress('signer'),
        fromRelease: 1,
        pqKeyHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      }
      await using proxy = await startRpcProxy(node.url)
      const chain = rpc(proxy.url)
      const at = await chain.block('latest')
      const before = proxy.requests()
      const state = await chain.domain(NAME, at)
      expect(proxy.requests() - before).toBeLessThanOrEqual(2)
      expect(state).toEqual({
        domain: NAME,
        id: domainId(NAME),
        node: namehash(NAME),
        head: { ipfsHash: digest(8), live: 8, latest: 10, seq: expect.any(Number), stable: true, paused: 0 },
        trust,
        nextTrust: trust,
        publisher: roleAddress('publisher'),
        healer: roleAddress('healer'),
        releases: [
          { release: 10, ipfsHash: digest(10), stable: false, trust },
          { release: 9, ipfsHash: digest(9), stable: false, trust },
          ...[8, 7, 6, 5, 4, 3].map((release) => ({ release, ipfsHash: digest(release), stable: true, trust })),
          { release: 1, ipfsHash: digest(1), stable: true, trust },
        ],
        kept: { release: 1, ipfsHash: digest(1) },
        rollbackTarget: { release: 7, ipfsHash: digest(7) },
        block: at,
      })
    })

    it('reads at the block asked for, not at the newest one', async () => {
      const chain = rpc(node.url)
      const latest = await chain.block('latest')
      const before = await chain.block(latest.number - 1)
      expect((await chain.domain(NAME, before))?.head.live).toBe(10)
      expect((await chain.domain(NAME, latest))?.head.live).toBe(8)
    })

    it('says undefined for a name that is not registered', async () => {
      const chain = rpc(node.url)
      expect(await chain.domain(parseDomainName('other.example'), await chain.block('latest'))).toBeUndefined()
    })

    it('gives the trust of the first release before there is one', async () => {
      const name = parseDomainName(`new-${kind}.example`)
      await registry.register(name)
      const chain = rpc(node.url)
      const state = await chain.domain(name, await chain.block('latest'))
      expect(state).toMatchObject({
        head: { live: 0, latest: 0, stable: false },
        trust: { owner: roleAddress('owner'), fromRelease: 1 },
        releases: [],
        kept: undefined,
        rollbackTarget: undefined,
      })
    })

    it('reads a domain without a kept release in one round trip', async () => {
      const name = parseDomainName(`one-${kind}.example`)
      await registry.sync(await registry.register(name), digest(1))
      await using proxy = await startRpcProxy(node.url)
      const chain = rpc(proxy.url)
      const at = await chain.block('latest')
      const before = proxy.requests()
      expect(await chain.domain(name, at)).toMatchObject({ head: { live: 1 }, releases: [{ release: 1 }] })
      expect(proxy.requests() - before).toBe(1)
    })

    it('refuses another chain', async () => {
      const chain = rpc(node.url, { chainId: 1 })
      await expect(chain.block('latest')).rejects.toMatchObject({ code: 'CHAIN_ID_MISMATCH' })
      const at = await rpc(node.url).block('latest')
      await expect(chain.domain(NAME, at)).rejects.toMatchObject({ code: 'CHAIN_ID_MISMATCH' })
      await expect(all(chain.events(NAME, { from: 0, to: 1 }))).rejects.toMatchObject({ code: 'CHAIN_ID_MISMATCH' })
    })

    it('refuses an address without code', async () => {
      const chain = rpc(node.url, { registry: roleAddress('owner') })
      await expect(chain.domain(NAME, await chain.block('latest'))).rejects.toMatchObject({ code: 'REGISTRY_NO_CODE' })
    })

    it('refuses a registry that holds another node under the same id', async () => {
      const nodeOf = keccak('nodeOf(address)').slice(0, 10)
      await using proxy = await startRpcProxy(node.url, ({ method, params }, honest) =>
        method === 'eth_call' && (params[0] as { data: string }).data.startsWith(nodeOf)
          ? { result: `0x${'11'.repeat(12)}${id.slice(2)}` }
          : honest,
      )
      const chain = rpc(proxy.url)
      await expect(chain.domain(NAME, await chain.block('latest'))).rejects.toMatchObject({ code: 'NODE_MISMATCH' })
    })

    it('tells an operator that is not there from one that is slow', async () => {
      const gone = rpc(`http://127.0.0.1:${await reservePort()}`)
      await expect(gone.block('latest')).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
      await using proxy = await startRpcProxy(node.url)
      proxy.handle(() => true)
      await expect(rpc(proxy.url, { timeoutMs: 100 }).block('latest')).rejects.toMatchObject({ code: 'RPC_TIMEOUT' })
      const reason = new Error('stop')
      const signal = AbortSignal.abort(reason)
      await expect(rpc(proxy.url).block('latest', { signal })).rejects.toBe(reason)
    })

    it('refuses what is no URL or no address at once', () => {
      const coded = (code: string) => expect.objectContaining({ code })
      expect(() => rpc('secret-key')).toThrow(coded('RPC_URL_INVALID'))
      expect(() => rpc('ws://127.0.0.1')).toThrow(coded('RPC_URL_INVALID'))
      expect(() => rpc(node.url, { registry: '0x12' })).toThrow(coded('REGISTRY_INVALID'))
    })

    it('never shows the path of an RPC URL, which may hold a key', async () => {
      const chain = rpc(`http://user:pass@127.0.0.1:${await reservePort()}/v3/secret-key`)
      const error: unknown = await chain.block('latest').catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'RPC_UNREACHABLE' })
      expect((error as Error).message).not.toMatch(/secret|pass/)
      expect(chain.operator).not.toMatch(/secret|pass/)
    })

    it('says that it does not have a block which nobody mined', async () => {
      const chain = rpc(node.url)
      await expect(chain.block(1_000_000)).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
      const at = { number: 5, hash: digest(77), timestamp: 0 }
      await expect(chain.domain(NAME, at)).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
    })

    it('reads by number with the hash compared where an operator refuses hashes (EIP-1898)', async () => {
      const refuse: Alter = ({ method, params }, honest) =>
        method === 'eth_call' && typeof params[1] === 'object'
          ? { error: { code: -32602, message: 'invalid argument 1: json: cannot unmarshal object' } }
          : honest
      await using proxy = await startRpcProxy(node.url, refuse)
      const chain = rpc(proxy.url)
      const at = await chain.block('latest')
      expect(await chain.domain(NAME, at)).toEqual(await rpc(node.url).domain(NAME, at))
      await expect(chain.domain(NAME, { ...at, hash: digest(77) })).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
    })

    it('reads through an operator that takes no batches', async () => {
      await using proxy = await startRpcProxy(node.url)
      proxy.handle((_, response, body) => {
        if (!Array.isArray(body)) return false
        response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32600, message: 'no batches' } }))
        return true
      })
      const chain = rpc(proxy.url)
      expect((await chain.domain(NAME, await chain.block('latest')))?.head.live).toBe(8)
    })

    it.each([
      ['HTML', 200, '<html>', 'RPC_MALFORMED'],
      ['a bad gateway', 502, 'bad gateway', 'RPC_HTTP'],
      ['a rate limit', 429, '{"error":"slow down"}', 'RPC_RATE_LIMITED'],
      ['an empty list', 200, '[]', 'RPC_MALFORMED'],
      ['null', 200, 'null', 'RPC_MALFORMED'],
    ])('codes %s', async (_, status, body, code) => {
      await using proxy = await startRpcProxy(node.url)
      proxy.handle((_request, response) => {
        response.statusCode = status
        response.end(body)
        return true
      })
      await expect(rpc(proxy.url).block('latest')).rejects.toMatchObject({ code })
    })

    it('gives the events of a domain in order, decoded', async () => {
      const chain = rpc(node.url)
      const { number: to } = await chain.block('latest')
      const events = await all(chain.events(NAME, { from: 0, to }))
      expect(events[0]).toMatchObject({
        name: 'RolesChanged',
        args: { domain: id, publisher: roleAddress('publisher') },
      })
      expect(events.filter(({ name }) => name === 'DomainRegistered')).toMatchObject([{ args: { name: NAME } }])
      expect(events.find(({ name }) => name === 'TrustChanged')?.args).toMatchObject({
        next: { owner: roleAddress('owner'), fromRelease: 1 },
      })
      const syncs = events.filter(({ name }) => name === 'DomainSync')
      expect(syncs.map(({ args }) => args.ipfsHash)).toEqual([
        ...Array.from({ length: 10 }, (_, i) => digest(i + 1)),
        digest(8),
      ])
      expect(events.at(-2)).toMatchObject({ name: 'RolledBack', args: { from: 10, to: 8 } })
      const positions = events.map(({ block, logIndex }) => block.number * 1e6 + logIndex)
      expect(positions).toEqual(positions.toSorted((a, b) => a - b))
    })

    it.each([1, 3, 7])('gives the same events through an operator that allows %i blocks at a time', async (limit) => {
      const chain = rpc(node.url)
      const { number: to } = await chain.block('latest')
      const narrow: Alter = ({ method, params }, honest) => {
        if (method !== 'eth_getLogs') return honest
        const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string }
        if (Number(toBlock) - Number(fromBlock) < limit) return honest
        return { error: { code: -32005, message: `query exceeds max block range ${limit}` } }
      }
      await using proxy = await startRpcProxy(node.url, narrow)
      const range = { from: 0, to }
      expect(await all(rpc(proxy.url).events(NAME, range))).toEqual(await all(chain.events(NAME, range)))
    })

    it('refuses logs that were not asked for, and a range that it has not seen', async () => {
      const chain = rpc(node.url)
      const { number: to } = await chain.block('latest')
      await expect(all(chain.events(NAME, { from: 0, to: to + 1 }))).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' })
      await using proxy = await startRpcProxy(node.url, ({ method }, honest) =>
        method === 'eth_getLogs'
          ? { result: (honest.result as object[]).map((log) => ({ ...log, address: roleAddress('owner') })) }
          : honest,
      )
      await expect(all(rpc(proxy.url).events(NAME, { from: 0, to }))).rejects.toMatchObject({ code: 'RPC_MALFORMED' })
    })

    it('takes "safe" as a number of blocks behind the newest where told so', async () => {
      const { number } = await rpc(node.url).block('latest')
      expect((await rpc(node.url).block('safe')).number).toBe(number)
      expect((await rpc(node.url, { safeDepth: 4 }).block('safe')).number).toBe(number - 4)
    })
  })

  describe('createQuorumChain', () => {
    const lieAboutHead: Alter = ({ method, params }, honest) => {
      const head = keccak('head(address)').slice(0, 10)
      if (method !== 'eth_call' || !(params[0] as { data: string }).data.startsWith(head)) return honest
      return { result: `${digest(66)}${(honest.result as string).slice(66)}` }
    }

    it('outvotes an operator that lies about the head, and names it', async () => {
      await using three = await operators(undefined, lieAboutHead, undefined)
      const dissents: Dissent[] = []
      const chain = createQuorumChain(three.chains, { quorum: 2, onDissent: (dissent) => dissents.push(dissent) })
      const state = await chain.domain(NAME, await chain.block('latest'))
      expect(state?.head.ipfsHash).toBe(digest(8))
      expect(dissents).toMatchObject([
        { operator: 'op1', theirs: expect.stringContaining(digest(66)), agreed: expect.stringContaining(digest(8)) },
      ])
      expect(dissents[0]?.what).toContain(NAME)
    })

    it('believes nobody when two of three lie differently, and says who said what', async () => {
      const other: Alter = (exchange, honest) => {
        const lie = lieAboutHead(exchange, honest)
        return lie === honest ? honest : { result: String(lie.result).replace(digest(66), digest(67)) }
      }
      await using three = await operators(undefined, lieAboutHead, other)
      const chain = createQuorumChain(three.chains, { quorum: 2 })
      const at = await chain.block('latest')
      await expect(chain.domain(NAME, at)).rejects.toMatchObject({
        code: 'RPC_NO_QUORUM',
        message: expect.stringMatching(/op0 says .*op1 says .*op2 says /s),
      })
    })

    it('goes on without an operator that is down, and names it', async () => {
      await using two = await operators(undefined, undefined)
      const failures: OperatorFailure[] = []
      const dead = rpc(`http://127.0.0.1:${await reservePort()}`, { operator: 'dead' })
      const chain = createQuorumChain([dead, ...two.chains], { onFailure: (failure) => failures.push(failure) })
      expect((await chain.domain(NAME, await chain.block('latest')))?.head.live).toBe(8)
      expect(failures.map(({ operator }) => operator)).toContain('dead')
      expect(failures[0]?.error).toMatchObject({ code: 'RPC_UNREACHABLE' })
    })

    it('has no quorum when two of three are down', async () => {
      await using one = await operators(undefined)
      const dead = [1, 2].map(async (n) => rpc(`http://127.0.0.1:${await reservePort()}`, { operator: `dead${n}` }))
      const chain = createQuorumChain([...one.chains, ...(await Promise.all(dead))], { quorum: 2 })
      await expect(chain.block('latest')).rejects.toMatchObject({ code: 'RPC_NO_QUORUM' })
    })

    it('does not wait for a silent operator', async () => {
      await using three = await operators(undefined, undefined, undefined)
      three.proxies[2]!.handle(() => true)
      const chain = createQuorumChain(three.chains, { quorum: 2 })
      const started = performance.now()
      expect((await chain.block('latest')).number).toBeGreaterThan(0)
      expect(performance.now() - started).toBeLessThan(5_000)
    })

    it('counts two URLs of one operator once', async () => {
      await using two = await operators(undefined, undefined)
      const [first, second] = two.proxies.map(({ url }) => rpc(url, { operator: 'same' }))
      expect(() => createQuorumChain([first!, second!], { quorum: 2 })).toThrow(
        expect.objectContaining({ code: 'QUORUM_INVALID' }),
      )
      await using liars = await operators(lieAboutHead, lieAboutHead)
      const same = liars.proxies.map(({ url }) => rpc(url, { operator: 'liar' }))
      const chain = createQuorumChain([...same, ...two.chains], { quorum: 2 })
      expect((await chain.domain(NAME, await chain.block('latest')))?.head.ipfsHash).toBe(digest(8))
    })

    it('trusts a single operator only when told so', async () => {
      const [one, two, three] = ['a', 'b', 'c'].map((operator) => rpc(node.url, { operator }))
      const invalid = expect.objectContaining({ code: 'QUORUM_INVALID' })
      expect(() => createQuorumChain([one!])).toThrow(invalid)
      expect(() => createQuorumChain([])).toThrow(invalid)
      expect(() => createQuorumChain([one!, two!, three!], { quorum: 1 })).toThrow(invalid)
      expect(() => createQuorumChain([one!, two!, three!], { quorum: 4 })).toThrow(invalid)
      expect((await createQuorumChain([one!], { quorum: 1 }).block('latest')).number).toBeGreaterThan(0)
    })

    it('does not follow one operator that runs ahead or shows another hash', async () => {
      const { number } = await rpc(node.url).block('latest')
      const ahead: Alter = ({ method, params }, honest) =>
        method === 'eth_getBlockByNumber' && params[0] === 'latest'
          ? { result: { ...(honest.result as object), number: '0xffffff', hash: digest(99) } }
          : honest
      const forked: Alter = ({ method }, honest) =>
        method === 'eth_getBlockByNumber' && honest.result !== null
          ? { result: { ...(honest.result as object), hash: digest(98) } }
          : honest
      const honest = await rpc(node.url).block('latest')
      await using aheads = await operators(undefined, ahead, undefined)
      expect(await createQuorumChain(aheads.chains).block('latest')).toEqual(honest)
      await using forks = await operators(undefined, forked, undefined)
      const dissents: Dissent[] = []
      const chain = createQuorumChain(forks.chains, { onDissent: (dissent) => dissents.push(dissent) })
      expect(await chain.block('latest')).toEqual(honest)
      expect(dissents).toMatchObject([{ operator: 'op1', what: `block ${number}` }])
    })

    it('takes a head that lags at most three blocks behind the median, and calls no laggard a liar', async () => {
      const { number } = await rpc(node.url).block('latest')
      const newest = async (...lags: number[]) => {
        await using several = await operators(...lags.map(() => undefined))
        for (const [index, lag] of lags.entries()) {
          several.proxies[index]!.rewrite((exchange) =>
            exchange.method === 'eth_getBlockByNumber' && exchange.params[0] === 'latest'
              ? { ...exchange, params: [`0x${(number - lag).toString(16)}`, false] }
              : exchange,
          )
        }
        const onDissent = (dissent: Dissent) => expect.unreachable(`${dissent.operator} was called a liar`)
        return (await createQuorumChain(several.chains, { onDissent }).block('latest')).number
      }
      expect(await newest(0, 9, 0)).toBe(number)
      expect(await newest(0, 1, 2)).toBe(number - 1)
      expect(await newest(0, 3)).toBe(number - 3)
      await expect(newest(0, 4)).rejects.toMatchObject({ code: 'RPC_NO_QUORUM' })
      expect(await newest(0, 0, 2, 9, 9)).toBe(number - 2)
    })

    it('refuses a newest block that is older than stated', async () => {
      const chains = ['a', 'b'].map((operator) => rpc(node.url, { operator }))
      const { timestamp } = await chains[0]!.block('latest')
      const now = () => (timestamp + 100) * 1000
      await expect(createQuorumChain(chains, { now, maxAgeMs: 99_000 }).block('latest')).rejects.toMatchObject({
        code: 'CHAIN_STALE',
      })
      expect((await createQuorumChain(chains, { now, maxAgeMs: 100_000 }).block('latest')).timestamp).toBe(timestamp)
    })

    it('gives the events that a quorum gives, and names one that hides some', async () => {
      const hide: Alter = ({ method }, honest) =>
        method === 'eth_getLogs' ? { result: (honest.result as unknown[]).slice(1) } : honest
      await using three = await operators(undefined, undefined, hide)
      const dissents: Dissent[] = []
      const chain = createQuorumChain(three.chains, { onDissent: (dissent) => dissents.push(dissent) })
      const { number: to } = await chain.block('latest')
      const events: RegistryEvent[] = await all(chain.events(NAME, { from: 0, to }))
      expect(events).toEqual(await all(rpc(node.url).events(NAME, { from: 0, to })))
      expect(dissents).toMatchObject([{ operator: 'op2', what: expect.stringContaining('events') }])
    })

    it('passes on what a quorum says of the chain itself', async () => {
      const chains = ['a', 'b', 'c'].map((operator) => rpc(node.url, { operator, registry: roleAddress('owner') }))
      const chain = createQuorumChain(chains)
      await expect(chain.domain(NAME, await chain.block('latest'))).rejects.toMatchObject({ code: 'REGISTRY_NO_CODE' })
    })

    it('ends at once when the caller aborts', async () => {
      await using three = await operators(undefined, undefined, undefined)
      for (const proxy of three.proxies) proxy.handle(() => true)
      const controller = new AbortController()
      const reading = createQuorumChain(three.chains).block('latest', { signal: controller.signal })
      const reason = new Error('enough')
      controller.abort(reason)
      await expect(reading).rejects.toBe(reason)
    })
  })
})

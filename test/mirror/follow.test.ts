import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hashFromRoot, parseDomainName, rawCidFromSha256, rootFromHash } from '../../packages/core/dist/index.js'
import {
  type BlockStore,
  createFollower,
  type FollowEvent,
  type FollowOptions,
  openBlockStore,
  walkDag,
} from '../../packages/ipfs-mirror/dist/index.js'
import { damageBlock } from '../../packages/ipfs-mirror/src/node/damage-block.test.support.ts'
import { createGateway, createReader, createRpcChain } from '../../packages/sdk/dist/index.js'
import { startServer, type TestServer } from '../../packages/sdk/src/http-server.test.support.ts'
import { createMemorySource } from '../../packages/sdk/src/unixfs/memory-source.test.support.ts'
import {
  makeRelease,
  RELEASE_KEY,
  type ReleaseOverrides,
} from '../../packages/sdk/src/verify/signed-release.test.support.ts'
import { CHAIN_NODE, type ChainNode, startChainNode } from '../support/chain-node.ts'
import type { Root } from '../support/publish-world.ts'
import { deployRegistry, ROLE_KEYS, type TestRegistry } from '../support/test-registry.ts'

const KIB = 1024
const RING = 8
/** A file that many releases have. */
const SAME = Buffer.alloc(8 * KIB, 7)

describe('follow', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  /** What the publisher's gateway has. */
  const source = createMemorySource()
  let node: ChainNode
  let registry: TestRegistry
  let gateway: TestServer
  /** What the gateway answers instead of a block. */
  let instead: (cid: string) => Uint8Array | 404 | undefined
  let asked: string[]
  let domains = 0
  let domain: ReturnType<typeof parseDomainName>
  let id: string
  let folder: string
  let store: BlockStore
  let events: FollowEvent[]

  beforeAll(async () => {
    node = stack.use(await startChainNode(CHAIN_NODE))
    registry = await deployRegistry(node)
    stack.defer(() => registry.close())
    gateway = stack.use(
      await startServer((request, response) => {
        const cid = /^\/ipfs\/(\w+)/.exec(request.url ?? '')?.[1] ?? ''
        asked.push(cid)
        const answer = instead(cid) ?? source.blocks.get(cid) ?? 404
        if (answer === 404) response.statusCode = 404
        response.end(answer === 404 ? undefined : answer)
      }),
    )
  })
  afterAll(() => stack.disposeAsync())

  beforeEach(async () => {
    domain = parseDomainName(`site-${domains++}.example`)
    id = await registry.register(domain, { pqKeyHash: `0x${RELEASE_KEY.signer.keyId}` })
    folder = await mkdtemp(join(tmpdir(), 'domainsync-follow-'))
    store = await openBlockStore(folder)
    instead = () => undefined
    asked = []
    events = []
  })
  afterEach(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function publish(release: number, files: Record<string, Uint8Array>, overrides: ReleaseOverrides = {}) {
    const statement = { domain, release, chainId: 31337, registry: registry.address }
    const signer = new Wallet(ROLE_KEYS.signer)
    const { root } = await makeRelease(files, { into: source, signer, statement, ...overrides })
    await registry.sync(id, hashFromRoot(root))
    return root
  }

  const page = (text: string) => ({ 'index.html': Buffer.from(text), 'same.bin': SAME })

  const follower = (options: Partial<FollowOptions> = {}) =>
    createFollower({
      chainId: 31337,
      registry: registry.address,
      chain: createRpcChain({ url: node.url, chainId: 31337, registry: registry.address }),
      domains: [domain],
      folder,
      store,
      source: createReader([createGateway({ url: gateway.url })]),
      onEvent: (event) => events.push(event),
      everyMs: 20,
      ...options,
    })

  const look = async (options: Partial<FollowOptions> = {}) => {
    const { domains: mirrored, failures } = await (await follower(options)).look()
    return { ...mirrored[0]!, failures }
  }
  /** The name of a file of one block. */
  const cidOf = (bytes: Uint8Array) => `${rawCidFromSha256(createHash('sha256').update(bytes).digest())}`
  /** Gives the gateway a block that is called a node, whatever it is. */
  const put = (bytes: Uint8Array): Root => {
    const root = rootFromHash(`0x${createHash('sha256').update(bytes).digest('hex')}`)
    source.put(root, bytes)
    return root
  }
  const pinned = () => store.pinned().map(String).sort()
  const texts = (...roots: Root[]) => roots.map(String).sort()
  const kinds = () => events.map(({ kind }) => kind)

  /** Every block under a root, read from the mirror alone. */
  async function readWhole(root: Root): Promise<number> {
    let blocks = 0
    for await (const _ of walkDag(root, store)) blocks++
    return blocks
  }

  it('holds the live release and the ring, whole, and asks once for what they share', async () => {
    const roots = [await publish(1, page('one')), await publish(2, page('two'))]
    const { held, missing } = await look()
    expect(held.map(({ release, heldFor }) => [release, heldFor])).toEqual([
      [2, 'live'],
      [1, 'ring'],
    ])
    expect(missing).toEqual([])
    expect(pinned()).toEqual(texts(...roots))
    for (const root of roots) expect(await readWhole(root)).toBeGreaterThan(4)
    expect(asked.filter((cid) => cid === cidOf(SAME))).toHaveLength(1)
  })

  it('is woken by events: fetches what is new, lets go of what left the ring, and keeps what is kept', async () => {
    const mirror = await follower()
    const roots = [await publish(1, page('1')), await publish(2, page('2'))]
    await registry.send('owner', 'keep', id, 1, await registry.seq(id))
    await mirror.look()
    for (let release = 3; release <= RING + 2; release++) roots.push(await publish(release, page(`${release}`)))
    events = []
    const { domains: mirrored } = await mirror.look()
    expect(kinds()[0]).toBe('woken')
    expect(events[0]).toMatchObject({ events: Array.from({ length: RING }, () => 'DomainSync') })
    expect(mirrored[0]!.held.map(({ release, heldFor }) => [release, heldFor]).slice(0, 2)).toEqual([
      [10, 'live'],
      [1, 'kept'],
    ])
    expect(pinned()).toEqual(texts(...roots.filter((_, index) => index !== 1)))
    expect(events).toContainEqual({ kind: 'dropped', domain, root: `${roots[1]}`, why: 'superseded' })
  })

  it('reads the views only when something happened, and goes on from its cursor after a restart', async () => {
    await publish(1, page('one'))
    await look()
    const { cursor } = JSON.parse(await readFile(join(folder, 'follow.json'), 'utf8')).domains[domain]
    const block = (await node.request('eth_getBlockByNumber', ['latest', false])) as { number: string; hash: string }
    expect(cursor).toEqual({ number: Number(block.number), hash: block.hash })
    for (let blocks = 0; blocks < 5; blocks++) await node.request('evm_mine')
    events = []
    asked = []
    const mirror = await follower()
    await mirror.look()
    await mirror.look()
    expect({ events, asked }).toEqual({ events: [], asked: [] })
  })

  it('goes back when the chain is reorganised: the release that was taken back goes, the one in its place comes', async () => {
    const first = await publish(1, page('one'))
    const snapshot = await node.request('evm_snapshot')
    const mirror = await follower()
    const dropped = await publish(2, page('dropped'))
    await mirror.look()
    expect(pinned()).toEqual(texts(first, dropped))

    await node.request('evm_revert', [snapshot])
    registry.wentBack()
    const instead = await publish(2, page('instead'))
    events = []
    await mirror.look()
    expect(kinds()).toEqual(['rewound', 'woken', 'dropped', 'fetching', 'held'])
    expect(pinned()).toEqual(texts(first, instead))
  })

  it('leaves what is quarantined where it is, and fetches it no more', async () => {
    await publish(1, page('one'))
    const bad = await publish(2, page('bad'))
    const mirror = await follower()
    await mirror.look()
    await registry.rollback(id, 1)
    const { domains: after } = await mirror.look()
    expect(after[0]!.held.map(({ release, heldFor, stable }) => ({ release, heldFor, stable }))).toEqual([
      { release: 1, heldFor: 'live', stable: true },
      { release: 2, heldFor: 'ring', stable: false },
    ])
    expect(pinned()).toContain(`${bad}`)
    await store.close()
    await rm(folder, { recursive: true })
    store = await openBlockStore(folder)
    expect((await look()).held.map(({ release }) => release)).toEqual([1])
  })

  it('fetches again what its disk lost, once that was noticed; what else there is does not wait for it', async () => {
    const first = await publish(1, page('one'))
    const mirror = await follower()
    await mirror.look()
    await damageBlock(folder, SAME)
    await expect(readWhole(first)).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
    instead = (cid) => (cid === cidOf(SAME) ? 404 : undefined)
    const second = await publish(2, { 'index.html': Buffer.from('two') })
    const { domains: waiting } = await mirror.look()
    expect(waiting[0]!.held).toMatchObject([{ release: 2 }])
    expect(waiting[0]!.missing).toMatchObject([{ release: 1, refused: false }])
    expect(pinned()).toEqual(texts(first, second))

    instead = () => undefined
    events = []
    asked = []
    await expect.poll(async () => (await mirror.look()).domains[0]!.missing).toEqual([])
    expect(kinds()).toEqual(['damaged', 'fetching', 'held'])
    expect(asked).toEqual([cidOf(SAME)])
    expect(await readWhole(first)).toBeGreaterThan(4)
  })

  it('notices damage of one domain after that of another was mended', async () => {
    const other = { domain: parseDomainName(`other-${domains}.example`), id: '' }
    other.id = await registry.register(other.domain, { pqKeyHash: `0x${RELEASE_KEY.signer.keyId}` })
    const root = await publish(1, page('one'))
    const mine = { domain, id }
    ;({ domain, id } = other)
    const itsFile = Buffer.alloc(8 * KIB, 9)
    const itsRoot = await publish(1, { 'index.html': itsFile })
    const mirror = await follower({ domains: [mine.domain, other.domain] })
    await mirror.look()
    for (const [bytes, damaged] of [
      [itsFile, itsRoot],
      [SAME, root],
    ] as const) {
      await damageBlock(folder, bytes)
      await expect(readWhole(damaged)).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
      await mirror.look()
      expect(await readWhole(damaged)).toBeGreaterThan(2)
    }
  })

  it('follows on while it runs, and ends when it is told', async () => {
    await publish(1, page('one'))
    const stop = new AbortController()
    const running = (await follower()).run(stop.signal)
    await expect.poll(() => pinned().length, { timeout: 30_000 }).toBe(1)
    const second = await publish(2, page('two'))
    await expect.poll(pinned, { timeout: 30_000 }).toContain(`${second}`)
    stop.abort()
    await running
  })

  describe('a hostile publisher', () => {
    it('cannot make a release larger than allowed: little of it is fetched, and what was held stays', async () => {
      const good = await publish(1, page('good'))
      const files = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`${i}.bin`, randomBytes(256 * KIB)]))
      await publish(2, files)
      const quotas = { releaseBytes: 1024 * KIB }
      const { held, missing } = await look({ quotas })
      expect(held.map(({ release }) => release)).toEqual([1])
      expect(missing).toMatchObject([{ release: 2, code: 'QUOTA_RELEASE', refused: true }])
      expect(pinned()).toEqual(texts(good))
      expect(store.sizeBytes).toBeLessThan(2 * 1024 * KIB)

      asked = []
      await look({ quotas })
      expect(asked, 'fetched again though it would be refused again').toEqual([])
      const allowed = await look()
      expect(allowed.missing).toEqual([])
    })

    it('cannot have too much fetched again with each transaction: its next live release waits, what is held stays', async () => {
      const large = () => ({ 'index.html': randomBytes(256 * KIB), 'large.bin': randomBytes(1024 * KIB) })
      const good = await publish(1, page('good'))
      const mirror = await follower({ quotas: { releaseBytes: 1024 * KIB } })
      await publish(2, large())
      expect((await mirror.look()).domains[0]!.held).toMatchObject([{ release: 1 }])
      await publish(3, large())
      asked = []
      const { held, missing } = (await mirror.look()).domains[0]!
      expect(asked).toEqual([])
      expect(held).toMatchObject([{ release: 1 }])
      expect(missing).toMatchObject([
        { release: 3, code: 'QUOTA_RELEASE', refused: false },
        { release: 2, code: 'QUOTA_RELEASE', refused: true },
      ])
      expect(pinned()).toEqual(texts(good))
    })

    it('cannot fill the disk with many releases: older ones make room, and the file stays within its limit', async () => {
      const bytes = () => ({ 'index.html': randomBytes(256 * KIB) })
      const quotas = { domainBytes: 1024 * KIB, totalBytes: 1400 * KIB }
      const mirror = await follower({ quotas })
      for (let release = 1; release <= RING; release++) {
        const root = await publish(release, bytes())
        const { domains: mirrored } = await mirror.look()
        expect(pinned()).toContain(`${root}`)
        expect(mirrored[0]!.bytes).toBeLessThanOrEqual(quotas.domainBytes)
        expect(store.sizeBytes).toBeLessThanOrEqual(quotas.totalBytes)
      }
      const { missing, held } = mirror.known().domains[0]!
      expect(held).toHaveLength(3)
      expect(new Set(missing.map(({ code }) => code))).toEqual(new Set(['QUOTA_DOMAIN']))
    })

    it('cannot push out what is held with a release that would not fit even alone', async () => {
      const good = await publish(1, page('good'))
      const mirror = await follower({ quotas: { domainBytes: 512 * KIB } })
      await mirror.look()
      await publish(2, { 'large.bin': randomBytes(700 * KIB) })
      const { domains: mirrored } = await mirror.look()
      expect(mirrored[0]!.missing).toMatchObject([{ release: 2, code: 'QUOTA_RELEASE', refused: true }])
      expect(pinned()).toEqual(texts(good))
    })

    it('cannot take the room of another domain', async () => {
      const mine = await publish(1, { 'mine.bin': randomBytes(300 * KIB) })
      const other = parseDomainName(`other-${domains++}.example`)
      const otherId = await registry.register(other, { pqKeyHash: `0x${RELEASE_KEY.signer.keyId}` })
      const statement = { domain: other, release: 1, chainId: 31337, registry: registry.address }
      const { root } = await makeRelease(
        { 'large.bin': randomBytes(900 * KIB) },
        { into: source, signer: new Wallet(ROLE_KEYS.signer), statement },
      )
      await registry.sync(otherId, hashFromRoot(root))
      const mirror = await follower({ domains: [domain, other], quotas: { totalBytes: 1024 * KIB } })
      const [first, second] = (await mirror.look()).domains
      expect(first).toMatchObject({ missing: [] })
      expect(second!.missing).toMatchObject([{ code: 'QUOTA_TOTAL', refused: true }])
      expect(pinned()).toEqual(texts(mine))
      expect(store.sizeBytes).toBeLessThanOrEqual(1024 * KIB)
    })

    it('has to have signed it: of anything else the manifest alone is asked for', async () => {
      const large = randomBytes(512 * KIB)
      const signer = new Wallet(Wallet.createRandom().privateKey)
      await publish(1, { 'index.html': large }, { signer })
      const { missing } = await look()
      expect(missing).toMatchObject([{ code: 'ROOT_UNVERIFIABLE', refused: true }])
      expect(asked).not.toContain(cidOf(large))
      expect(store.sizeBytes).toBeLessThan(KIB)
    })

    it('has to have signed all of it: a file that is not in the list refuses the release', async () => {
      await publish(1, page('x'), { afterSigning: (files) => Object.assign(files, { 'evil.js': Buffer.from('evil') }) })
      expect((await look()).missing).toMatchObject([{ code: 'ROOT_UNVERIFIABLE', refused: true }])
      expect(pinned()).toEqual([])
    })

    it('cannot pass off a block that is no node: the release is refused', async () => {
      const statement = { domain, release: 1, chainId: 31337, registry: registry.address }
      const signer = new Wallet(ROLE_KEYS.signer)
      const { root: signed } = await makeRelease(page('x'), { into: source, signer, statement })
      const malformed = put(Buffer.from('no node at all'))
      const root = put(Buffer.concat([linkTo(malformed, '!'), source.blocks.get(`${signed}`)!]))
      await registry.sync(id, hashFromRoot(root))
      expect((await look()).missing).toMatchObject([{ code: 'BLOCK_MALFORMED', refused: true }])
      expect(pinned()).toEqual([])
    })

    it('cannot pass a name of the chain that is no release at all', async () => {
      await registry.sync(id, `0x${randomBytes(32).toString('hex')}`)
      const { missing } = await look()
      expect(missing).toMatchObject([{ code: 'ROOT_UNAVAILABLE', refused: false }])
    })
  })

  describe('a gateway that', () => {
    it('lies is outdone by one that does not, and named', async () => {
      const root = await publish(1, page('one'))
      await using liar = await startServer((_, response) => void response.end('not the block'))
      const lies: string[] = []
      const gateways = [liar.url, gateway.url].map((url) => createGateway({ url }))
      const { missing } = await look({
        source: createReader(gateways, { onLiar: ({ source: name }) => lies.push(name) }),
      })
      expect({ missing, pinned: pinned() }).toEqual({ missing: [], pinned: texts(root) })
      expect(new Set(lies)).toEqual(new Set([new URL(liar.url).host]))
    })

    it('lies alone keeps nothing false: it is tried again, and goes on from what was true', async () => {
      const root = await publish(1, page('one'))
      const wrong = [...source.blocks.keys()].filter((cid) => cid.startsWith('bafk')).at(-1)!
      instead = (cid) => (cid === wrong || cid === `${root}` ? Buffer.from('wrong') : undefined)
      const mirror = await follower()
      expect((await mirror.look()).domains[0]!.missing).toMatchObject([{ code: 'ROOT_UNAVAILABLE', refused: false }])
      expect(pinned()).toEqual([])
      instead = () => undefined
      await expect.poll(async () => (await mirror.look()).domains[0]!.missing, { timeout: 30_000 }).toEqual([])
      expect(await readWhole(root)).toBeGreaterThan(4)
    })

    it('no longer has an old release does not stop the live one', async () => {
      const old = await publish(1, page('old'))
      const live = await publish(2, page('live'))
      instead = (cid) => (cid === `${old}` ? 404 : undefined)
      const { held, missing } = await look()
      expect(held.map(({ root }) => `${root}`)).toEqual([`${live}`])
      expect(missing).toMatchObject([{ release: 1, refused: false }])
    })
  })

  it('gives each release so much time, then others come first, and it goes on', async () => {
    const root = await publish(1, page('one'))
    const { missing } = await look({ sliceMs: 0 })
    expect(missing).toMatchObject([{ release: 1, code: 'FOLLOW_SLICE_OVER', refused: false }])
    expect((await look()).missing).toEqual([])
    expect(pinned()).toEqual(texts(root))
  })

  it('says once that the registry cannot be read, and goes on when it can', async () => {
    const root = await publish(1, page('one'))
    const real = createRpcChain({ url: node.url, chainId: 31337, registry: registry.address })
    const nobody = createRpcChain({ url: 'http://127.0.0.1:9', chainId: 31337, registry: registry.address })
    let looks = 0
    const block: typeof real.block = (...args) => (looks++ < 5 ? nobody : real).block(...args)
    const stop = new AbortController()
    const running = (await follower({ chain: { ...real, block } })).run(stop.signal)
    await expect.poll(pinned, { timeout: 30_000 }).toEqual(texts(root))
    stop.abort()
    await running
    expect(events.filter(({ kind }) => kind === 'failed')).toMatchObject([{ domain, code: 'RPC_UNREACHABLE' }])
  })

  it('does not fetch again and again what its store cannot take', async () => {
    await publish(1, page('one'))
    const mirror = await follower({ everyMs: 60_000 })
    await store.close()
    for (const asks of [true, false]) {
      asked = []
      expect((await mirror.look()).failures).toMatchObject([{ domain, error: { code: 'STORE_CLOSED' } }])
      expect(asked.length > 0).toBe(asks)
    }
    expect(kinds().filter((kind) => kind === 'failed')).toHaveLength(1)
  })

  it('says that a name is not registered, keeps what it has, and goes on with the others', async () => {
    const root = await publish(1, page('one'))
    const nobody = parseDomainName('nobody.example')
    const { domains: mirrored, failures } = await (await follower({ domains: [nobody, domain] })).look()
    expect(failures).toMatchObject([{ domain: nobody, error: { code: 'NOT_REGISTERED' } }])
    expect(mirrored.map(({ domain: name }) => name)).toEqual([domain])
    expect(pinned()).toEqual(texts(root))
  })

  it('leaves domains that are no longer named, until it is told to let go of them', async () => {
    const root = await publish(1, page('one'))
    await look()
    const other = parseDomainName(`other-${domains++}.example`)
    await registry.register(other)
    const mirror = await follower({ domains: [other] })
    await mirror.look()
    expect({ others: mirror.others, pinned: pinned() }).toEqual({ others: [domain], pinned: texts(root) })
    await mirror.dropOthers()
    expect({ others: mirror.others, pinned: pinned() }).toEqual({ others: [], pinned: [] })
    expect(events.at(-1)).toMatchObject({ kind: 'dropped', domain, root: texts(root)[0], why: 'not followed' })
  })

  it('lets nothing go for a name that is not registered: it may be misspelt', async () => {
    const root = await publish(1, page('one'))
    await look()
    const mirror = await follower({ domains: [parseDomainName('nosuch.example')] })
    await expect(mirror.dropOthers()).rejects.toMatchObject({ code: 'FOLLOW_NOT_REGISTERED' })
    expect({ others: mirror.others, pinned: pinned() }).toEqual({ others: [domain], pinned: texts(root) })
  })

  it('refuses a folder that mirrors another registry', async () => {
    await publish(1, page('one'))
    await look()
    await expect(follower({ registry: `0x${'11'.repeat(20)}` })).rejects.toMatchObject({
      code: 'FOLLOW_OTHER_REGISTRY',
    })
  })
})

/** A link as it stands in a node (dag-pb), with a name of one character. */
function linkTo({ bytes }: Root, name: string): Uint8Array {
  const link = Buffer.concat([Buffer.from([0x0a, bytes.length]), bytes, Buffer.from([0x12, 1]), Buffer.from(name)])
  return Buffer.concat([Buffer.from([0x12, link.length]), link])
}

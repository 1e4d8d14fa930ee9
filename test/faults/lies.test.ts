import { randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { openReplicas } from '../../packages/cli/dist/wiring/replicas.js'
import { hashFromRoot } from '../../packages/core/dist/index.js'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { type AnswerHttp, claimEverything, startHttpProxy, turnBits } from '../support/lying-http.ts'
import { type Alter, type RpcAnswer, startRpcProxy } from '../support/lying-rpc.ts'
import { DOMAIN, openPublishWorld, type PublishWorld, type Root } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

/** Large enough that a cut in the middle of its CAR is no cut of anything else. */
const LARGE = randomBytes(300_000).toString('hex')
const CUT_AFTER_BYTES = 200_000

describe('what the publisher is told', { timeout: 180_000 }, () => {
  let world: PublishWorld
  let stack: AsyncDisposableStack
  beforeAll(async () => {
    world = await openPublishWorld()
    stack = new AsyncDisposableStack()
    await world.writeSite({ 'index.html': 'first', 'large.txt': LARGE })
    expect(await publish()).toMatchObject({ code: 0 })
  })
  afterAll(async () => {
    await stack?.disposeAsync()
    await world?.[Symbol.asyncDispose]()
  })

  const publish = (config = world.config.file, ...args: string[]) => runCli(['publish', DOMAIN, ...args], { config })

  const nodeUrls = (count: number) =>
    Object.values(world.config.values.providers)
      .flatMap((provider) => (provider.kind === 'embedded' ? [provider.url] : []))
      .slice(0, count)

  /** The first nodes stand behind what stands in their way. */
  async function behind(name: string, urls: readonly string[], change: (config: Config) => void = () => {}) {
    const { file } = await world.configWith(name, (config) => {
      for (const [index, url] of urls.entries()) Object.assign(config.providers[`node-${index + 1}`]!, { url })
      change(config)
    })
    return file
  }

  /** Too few copies: exit 1, each liar named, and neither chain nor DNS moved; the failure is logged once. */
  async function expectNothingMoved(config: string, named: readonly RegExp[]) {
    const before = await world.outside()
    const { code, json } = await publish(config)
    const error = json.error as { code: string; message: string; state: string }
    expect({ code, error }).toMatchObject({ code: 1, error: { code: 'REPLICATION_INSUFFICIENT' } })
    for (const one of named) expect(error.message).toMatch(one)
    const { failures, transactions } = before
    expect(await world.outside()).toEqual({ ...before, failures: failures + 1, transactions: transactions + 1 })
  }

  /** Enough copies without the liar: live, exit 2, the liar named. */
  async function expectIncomplete(config: string, named: object) {
    const before = await world.outside()
    const { code, json } = await publish(config)
    expect({ code, ...json }).toMatchObject({ code: 2, outcome: 'incomplete', proof: { held: 2 }, incomplete: [named] })
    const moved = { successes: before.successes + 1, live: json.root, dns: json.root }
    expect(await world.outside()).toMatchObject(moved)
  }

  /** Published again without what was in the way, it is finished. */
  async function expectFinished() {
    const { successes } = await world.outside()
    const { code, json } = await publish()
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', proof: { held: 3 }, incomplete: [] })
    expect(await world.outside()).toMatchObject({ successes: successes + 1, live: json.root, dns: json.root })
  }

  describe('a block that is flipped on the disk of a node', () => {
    it('does not count as a copy, is named, and is mended by the next publish that needs it', async () => {
      await flipStored(world, { node: 'node-1', text: LARGE.slice(1_000, 1_100) })
      await world.writeSite({ 'index.html': 'second', 'large.txt': LARGE })
      await expectIncomplete(world.config.file, {
        provider: 'node-1',
        code: expect.stringMatching(/^(BLOCK|CAR|REPLICA)_/),
      })

      await world.writeSite({ 'index.html': 'third', 'large.txt': LARGE })
      const all = await world.configWith('all', ({ replication }) => Object.assign(replication, { need: 3 }))
      const { code, json } = await publish(all.file)
      expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', proof: { held: 3 }, incomplete: [] })
    })
  })

  describe('a CAR that is cut short on its way', () => {
    async function cutting(nodes: number) {
      const proxies = await Promise.all(
        nodeUrls(nodes).map((url) => startCuttingProxy(url, { cutAfterBytes: CUT_AFTER_BYTES })),
      )
      for (const proxy of proxies) stack.use(proxy)
      return proxies
    }
    const site = (text: string) =>
      world.writeSite({ 'index.html': text, 'large.txt': randomBytes(300_000).toString('hex') })

    it('does not count as a copy and is named', async () => {
      const [proxy] = await cutting(1)
      await site('cut once')
      await expectIncomplete(await behind('cut-one', [proxy!.url]), {
        provider: 'node-1',
        code: expect.stringMatching(/^(BLOCK_MISSING|REPLICA_)/),
      })
      expect(proxy!.cuts()).toBeGreaterThan(0)
      const [node] = (await openReplicas(world.config)).map(({ replica }) => replica)
      expect(await node!.status(await world.liveRoot())).toBe('absent')
    })

    it('moves nothing when too few copies are left; later the publish is finished', async () => {
      const proxies = await cutting(2)
      await site('cut twice')
      const config = await behind(
        'cut-two',
        proxies.map(({ url }) => url),
      )
      await expectNothingMoved(config, [/1 of the 2 copies/, /node-1 BLOCK_MISSING bafy/, /node-2 BLOCK_MISSING bafy/])
      await expectFinished()
    })
  })

  describe.each<[string, AnswerHttp, RegExp]>([
    ['turns a bit of what it serves', turnBits, /BLOCK_MISMATCH ba/],
    ['says that it holds what it never stored', claimEverything, /BLOCK_MISSING ba/],
  ])('a provider that %s', (what, alter, code) => {
    async function lying(nodes: number) {
      const proxies = await Promise.all(nodeUrls(nodes).map((url) => startHttpProxy(url, alter)))
      for (const proxy of proxies) stack.use(proxy)
      return proxies
    }

    it('does not count as a copy and is named', async () => {
      const [proxy] = await lying(1)
      await world.writeSite({ 'index.html': `${what}, once` })
      await expectIncomplete(await behind('lie-one', [proxy!.url]), {
        provider: 'node-1',
        code: expect.stringMatching(new RegExp(code.source.split(' ')[0]!)),
      })
      expect(proxy!.lies()).toBeGreaterThan(0)
    })

    it('moves nothing when too few honest ones are left; later the publish is finished', async () => {
      const proxies = await lying(2)
      await world.writeSite({ 'index.html': `${what}, twice` })
      const config = await behind(
        'lie-two',
        proxies.map(({ url }) => url),
      )
      const named = [1, 2].map((node) => new RegExp(`node-${node} ${code.source}`))
      await expectNothingMoved(config, [/1 of the 2 copies/, ...named])
      await expectFinished()
    })
  })

  it('names a provider or a gateway that sends wrong bytes while it reads what is live, and asks another', async () => {
    const [node, other] = nodeUrls(2)
    const proxies = await Promise.all([startHttpProxy(node!, turnBits), startHttpProxy(other!, turnBits)])
    for (const proxy of proxies) stack.use(proxy)
    const lonely = await behind('lonely', [proxies[0]!.url], (config) => {
      forget(config, 'lonely')
      const { 'node-1': first } = config.providers
      config.providers = { 'node-1': first! }
      config.replication.need = 1
      config.gateways = [proxies[1]!.url, other!]
    })
    const before = await world.outside()
    const { code, json, stderr } = await publish(lonely)
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'unchanged' })
    expect(stderr).toMatch(/node-1 sent wrong bytes for ba/)
    expect(stderr).toContain(`${new URL(proxies[1]!.url).host} sent wrong bytes for ba`)
    expect(await world.outside()).toEqual(before)
  })

  describe('three RPCs', () => {
    async function rpcs() {
      const proxies = await Promise.all([1, 2, 3].map(() => startRpcProxy(world.chain.url)))
      for (const proxy of proxies) stack.use(proxy)
      const { file } = await world.configWith('rpcs', ({ network }) => {
        Object.assign(network, { rpcUrls: proxies.map(({ url }) => url), quorum: 2 })
      })
      return { proxies, file }
    }

    it('are believed two to one, and the liar is named', async () => {
      const { proxies, file } = await rpcs()
      proxies[1]!.alter(otherRoot(await world.liveRoot(), '11'))
      await world.writeSite({ 'index.html': 'outvoted' })
      const before = await world.outside()
      const { code, json, stderr } = await publish(file)
      expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published' })
      expect(stderr).toMatch(new RegExp(`RPC ${proxies[1]!.url} was outvoted on ${DOMAIN}`))
      expect(stderr).not.toMatch(new RegExp(`RPC (${proxies[0]!.url}|${proxies[2]!.url})`))
      expect(await world.outside()).toMatchObject({ successes: before.successes + 1, live: json.root, dns: json.root })
    })

    it('that do not agree move nothing: exit 2, and the same command finishes it later', async () => {
      const { proxies, file } = await rpcs()
      const before = await world.outside()
      proxies[0]!.alter(otherRoot(await world.liveRoot(), '11'))
      proxies[1]!.alter(otherRoot(await world.liveRoot(), '22'))
      await world.writeSite({ 'index.html': 'no quorum' })
      const refused = await publish(file)
      expect(refused).toMatchObject({ code: 2, json: { error: { code: 'RPC_NO_QUORUM' } } })
      for (const { url } of proxies) expect(refused.stderr).toContain(`${url} says`)
      expect(await world.outside()).toEqual(before)

      for (const proxy of proxies) proxy.alter((_, honest) => honest)
      const { code, json } = await publish(file)
      expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published' })
      const { successes, transactions } = before
      const moved = { successes: successes + 1, transactions: transactions + 1, live: json.root, dns: json.root }
      expect(await world.outside()).toEqual({ ...before, ...moved })
    })

    for (const [what, at] of [
      ['before the transaction', /reading it back/],
      ['before DNS', /pointing DNS to it/],
    ] as const) {
      it(`that stop agreeing ${what} leave it unfinished: exit 2, and resume finishes it`, async () => {
        const { proxies, file } = await rpcs()
        await world.writeSite({ 'index.html': `no quorum ${what}` })
        const before = await world.outside()
        const stop = () =>
          proxies.slice(1).map((proxy, index) => proxy.alter(({ method }, honest) => disagree(method, honest, index)))
        const refused = await runCli(['publish', DOMAIN], { config: file, onLine: (line) => at.test(line) && stop() })
        const error = { code: 'RPC_NO_QUORUM', next: `domainsync resume ${DOMAIN}` }
        expect(refused).toMatchObject({ code: 2, json: { error } })
        // Each try is named, and there are few: it gives up after a quarter of a minute.
        const retries = refused.stderr.match(/: RPC_NO_QUORUM, again in /g) ?? []
        expect(retries.length).toBeGreaterThan(0)
        expect(retries.length).toBeLessThan(6)
        const { successes, transactions } = before
        const sent = what === 'before DNS' ? 1 : 0
        expect(await world.outside()).toMatchObject({
          successes: successes + sent,
          failures: before.failures,
          transactions: transactions + sent,
          dns: before.dns,
        })

        for (const proxy of proxies) proxy.alter((_, honest) => honest)
        const { code, json } = await runCli(['resume'], { config: file })
        expect(code).toBe(0)
        const [result] = json.results as [{ root: string }]
        const moved = { successes: successes + 1, transactions: transactions + 1, live: result.root, dns: result.root }
        expect(await world.outside()).toEqual({ ...before, ...moved })
      })
    }
  })
})

/** Turns one bit of a text that a node stores. */
async function flipStored({ folder }: PublishWorld, { node, text }: { node: string; text: string }): Promise<void> {
  const pack = join(folder, 'state', node, 'blocks.pack')
  const at = (await readFile(pack)).indexOf(text)
  expect(at).toBeGreaterThan(0)
  const file = await open(pack, 'r+')
  try {
    await file.write(Buffer.from([text.charCodeAt(0) ^ 1]), 0, 1, at)
  } finally {
    await file.close()
  }
}

/** An operator for which another root is live: 32 bytes of `byte` in its place. */
function otherRoot(live: Root, byte: string): Alter {
  const digest = hashFromRoot(live).slice(2)
  return ({ method }, { result, ...rest }) =>
    method === 'eth_call' && typeof result === 'string'
      ? { ...rest, result: result.replaceAll(digest, byte.repeat(32)) }
      : { ...rest, result }
}

/** Operators that each show a chain of their own. */
const disagree = (method: string, honest: RpcAnswer, index: number): RpcAnswer =>
  method === 'eth_getBlockByNumber'
    ? { ...honest, result: { ...(honest.result as object), hash: `0x${`${index + 3}${index + 3}`.repeat(32)}` } }
    : honest

function forget(config: Config, name: string): void {
  config.state = `state-${name}`
  config.agent!.store = { kind: 'sqlite', path: `state-${name}/domainsync.db` }
}

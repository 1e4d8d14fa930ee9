import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Wallet } from 'ethers'
import {
  type DomainName,
  type Notification,
  parseDomainName,
  type Replica,
  rootFromHash,
} from '../../../packages/core/dist/index.js'
import { reservePort } from '../../../packages/core/dist/node/index.js'
import { createResolver, createRfc2136Driver, type DnsServer, startDnsServer } from '../../../packages/dns/src/index.ts'
import {
  type Agent,
  type AgentSettings,
  createAgent,
  createAgentTools,
  createGatewayPreview,
  type DomainReport,
} from '../../../packages/healing-agent/src/index.ts'
import {
  type BlockStore,
  createEmbeddedReplica,
  createLiveSites,
  createRegistryWatch,
  type EmbeddedNode,
  openBlockStore,
  startNode,
} from '../../../packages/ipfs-mirror/src/index.ts'
import { openSqliteStore, type Store, systemClock } from '../../../packages/journal/src/index.ts'
import { generateReleaseKey, spkiHash } from '../../../packages/pq/src/index.ts'
import { nativeMlDsa } from '../../../packages/pq/src/node/index.ts'
import { createPublisher, type Publisher } from '../../../packages/publisher/src/index.ts'
import { createQuorumChain, createReader, createRpcChain, createTransactor } from '../../../packages/sdk/src/index.ts'
import { type ChainNode, type ChainNodeKind, startChainNode } from '../../support/chain-node.ts'
import { deployRegistry, ROLE_KEYS, type TestRegistry } from '../../support/test-registry.ts'

const NODES = ['node-1', 'node-2', 'node-3']
const TOKEN = 'test-token-of-the-nodes'
const TSIG = { name: 'agent', secret: Buffer.alloc(32, 9).toString('base64') }

/** A real chain, three real nodes and a real DNS server, with a publisher and an agent over them. */
export interface HealingStage extends AsyncDisposable {
  readonly name: DomainName
  readonly id: `0x${string}`
  readonly registry: TestRegistry
  readonly chainNode: ChainNode
  readonly store: Store
  readonly blocks: BlockStore
  readonly replicas: readonly Replica[]
  /** Where the nodes listen, in the order of the replicas. */
  readonly nodeUrls: readonly string[]
  /** The ML-DSA-87 key that signs the publisher's releases. */
  readonly releaseKey: ReturnType<typeof generateReleaseKey>
  readonly agent: Agent
  readonly sent: Notification[]
  /** Publishes a page without asking its checks. */
  publish(html: string): Promise<string>
  /** The live release's root, from the chain. */
  liveRoot(): Promise<ReturnType<typeof rootFromHash>>
  /** What DNS says, over the wire. */
  readLink(): Promise<string | undefined>
  /** Sets the TXT record with a signed update of the attacker, who has the key. */
  forge(cid: string): Promise<void>
  /** Ends a node and removes its folder: what it held is gone. */
  kill(name: string): Promise<void>
  start(name: string): Promise<void>
  /** Readers' path. */
  read(path: string): Promise<{ status: number; body: string }>
  /** Runs the resident until a report satisfies the condition. */
  until(condition: (report: DomainReport) => boolean, options?: { timeoutMs?: number }): Promise<DomainReport[]>
}

export async function openHealingStage(
  kind: ChainNodeKind,
  { settings = {} }: { settings?: Partial<AgentSettings> } = {},
): Promise<HealingStage> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'healing-'))
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const name = parseDomainName('bbbhhai.com')
  const key = generateReleaseKey()
  const chainNode = stack.use(await startChainNode(kind))
  const registry = await deployRegistry(chainNode)
  stack.defer(() => registry.close())
  const id = await registry.register(name, { pqKeyHash: spkiHash(key.signer.spki) })
  const network = { chainId: chainNode.chainId, registry: registry.address, rpcUrls: [chainNode.url], quorum: 1 }
  const chain = createQuorumChain([createRpcChain({ url: chainNode.url, ...network })], { quorum: 1 })

  const dns = await openDns(name)
  stack.defer(() => dns.close())
  const address = { host: dns.host, port: dns.port }
  const driver = createRfc2136Driver({ name: 'local', server: address, zone: name, key: TSIG, ttlSeconds: 1 })
  const resolver = createResolver({ ...address, name: 'local' })

  const watch = createRegistryWatch({ ...network, chain, domains: [name], refreshEveryMs: 200 })
  stack.use(watch.run(new AbortController().signal))
  const nodes = new Map<string, { node: EmbeddedNode; sites: AsyncDisposable }>()
  const ports = new Map(await Promise.all(NODES.map(async (one) => [one, await reservePort()] as const)))
  const start = async (one: string) => {
    if (nodes.has(one)) return
    const sites = createLiveSites({ ...network, watch, verifyMlDsa: nativeMlDsa.verify })
    const node = await startNode({ path: join(folder, one), port: ports.get(one)!, token: TOKEN, sites: sites.resolve })
    nodes.set(one, { node, sites: sites.follow(node.store, new AbortController().signal) })
  }
  const stop = async (one: string) => {
    const running = nodes.get(one)
    nodes.delete(one)
    await running?.sites[Symbol.asyncDispose]()
    await running?.node.close()
  }
  stack.defer(async () => {
    for (const one of [...nodes.keys()]) await stop(one)
  })
  for (const one of NODES) await start(one)
  const urlOf = (one: string) => `http://127.0.0.1:${ports.get(one)}`
  const replicas = NODES.map((one) =>
    createEmbeddedReplica({ name: one, url: urlOf(one), token: TOKEN, failureDomain: one }),
  )

  const blocks = await openBlockStore(join(folder, 'publisher'))
  stack.defer(() => blocks.close())
  const store = stack.use(await openSqliteStore(join(folder, 'state.db')))
  const publisher = createPublisher({
    network: { ...network, confirmations: 0 },
    chain,
    transactor: createTransactor({ signer: ROLE_KEYS.publisher, ...network }),
    store,
    blocks,
    importCache: () => join(folder, 'import-cache'),
    carFolder: join(folder, 'cars'),
    replicas,
    replication: { need: 2, trial: false },
    reader: createReader([blocks, ...replicas.map(({ source }) => source)]),
    keys: async () => ({ pq: key.signer, signer: new Wallet(ROLE_KEYS.signer) }),
    rotations: async () => [],
    domains: new Map([[name, { name, dns: driver, resolvers: [resolver], checks: [] }]]),
    notifiers: [],
    clock: systemClock,
    verifyMlDsa: nativeMlDsa.verify,
  })

  const sent: Notification[] = []
  const agent = createAgent({
    ports: {
      network,
      chain,
      transactor: createTransactor({ signer: ROLE_KEYS.healer, ...network }),
      store,
      clock: systemClock,
      tools: createAgentTools({
        ...network,
        chain,
        verifyMlDsa: nativeMlDsa.verify,
        fetch: siteFetch(urlOf('node-1')),
      }),
      notifiers: [{ notifier: { name: 'test', send: async (one) => void sent.push(one) }, minSeverity: 'info' }],
    },
    domains: [
      {
        name,
        url: `http://${name}`,
        checks: [{ path: '/', status: 200, contains: '<title>' }],
        replicas: replicas.map((replica, index) => ({
          replica,
          tier: index === 0 ? 1 : 2,
          restart: () => start(replica.name),
        })),
        need: 2,
        minFailureDomains: 2,
        dns: { driver, resolvers: [resolver] },
        preview: createGatewayPreview(urlOf('node-1')),
      },
    ],
    settings: { probeEveryMs: 2_000, ...settings },
  })

  const owned = stack.move()
  return {
    name,
    id,
    registry,
    chainNode,
    store,
    blocks,
    replicas,
    nodeUrls: NODES.map(urlOf),
    releaseKey: key,
    agent,
    sent,
    start,
    liveRoot: async () => rootFromHash((await chain.domain(name, await chain.block('latest')))!.head.ipfsHash),
    readLink: async () => (await driver.read(name)).cid,
    async forge(cid) {
      const { cid: expected } = await driver.read(name)
      await driver.swap(name, { expected, next: cid })
    },
    async kill(one) {
      await stop(one)
      await rm(join(folder, one), { recursive: true })
    },
    async read(path) {
      const response = await siteFetch(urlOf('node-1'))(`http://${name}${path}`)
      return { status: response.status, body: await response.text() }
    },
    publish: (html) => publishPage(publisher, { html, folder, name }),
    until: (condition, options) => runUntil(agent, condition, options),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function openDns(name: DomainName): Promise<DnsServer> {
  return startDnsServer({ zones: [{ name, records: [] }], keys: [{ ...TSIG, names: [`_dnslink.${name}`] }] })
}

async function publishPage(
  publisher: Publisher,
  { html, folder, name }: { html: string; folder: string; name: DomainName },
): Promise<string> {
  const from = join(folder, 'site')
  await mkdir(from, { recursive: true })
  await writeFile(join(from, 'index.html'), html)
  await writeFile(join(from, 'style.css'), 'body { color: black }')
  const plan = await publisher.plan(name, { from, skipChecks: true })
  const { root } = await publisher.publish(plan)
  return root
}

async function runUntil(
  agent: Agent,
  condition: (report: DomainReport) => boolean,
  { timeoutMs = 40_000 }: { timeoutMs?: number } = {},
): Promise<DomainReport[]> {
  const reports: DomainReport[] = []
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), timeoutMs)
  try {
    await agent.run({
      signal: stop.signal,
      onPass: ({ domains }) => {
        reports.push(...domains)
        if (domains.some(condition)) stop.abort()
      },
    })
  } finally {
    clearTimeout(timer)
  }
  if (reports.some(condition)) return reports
  throw new Error(`not reached in ${timeoutMs} ms; last: ${JSON.stringify(reports.at(-1), null, 1)}`)
}

/** Every name is served by the one node, as a reverse proxy or a hosts file would have it. */
function siteFetch(nodeUrl: string): typeof globalThis.fetch {
  return (input, init) =>
    new Promise((resolve, reject) => {
      const { pathname, search, hostname } = new URL(String(input))
      const options = { headers: { host: hostname }, signal: init?.signal ?? undefined }
      const asked = request(new URL(pathname + search, nodeUrl), options, (response) => {
        const body = Readable.toWeb(response) as ReadableStream<Uint8Array>
        resolve(new Response(body, { status: response.statusCode ?? 0 }))
      })
      asked.once('error', reject)
      asked.end()
    })
}

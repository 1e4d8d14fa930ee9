import { createHash } from 'node:crypto'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashFromRoot, parseDomainName } from '../../packages/core/dist/index.js'
import { reservePort } from '../../packages/core/dist/node/index.js'
import { startServer, type TestServer } from '../../packages/sdk/src/http-server.test.support.ts'
import { type Client, type ClientOptions, createClient, type Lie } from '../../packages/sdk/src/index.ts'
import { createMemorySource } from '../../packages/sdk/src/unixfs/memory-source.test.support.ts'
import {
  makeRelease,
  RELEASE_KEY,
  type ReleaseOverrides,
} from '../../packages/sdk/src/verify/signed-release.test.support.ts'
import { type ChainNode, CHAIN_NODE as kind, startChainNode } from '../support/chain-node.ts'
import { type RpcProxy, startRpcProxy } from '../support/lying-rpc.ts'
import { deployRegistry, ROLE_KEYS, type TestRegistry } from '../support/test-registry.ts'

const text = (value: string) => new TextEncoder().encode(value)
const siteOf = (version: number) => ({
  'index.html': text(`<h1>release ${version}</h1>`),
  'docs/index.html': text('docs'),
  '404.html': text('gone'),
  'big.bin': new Uint8Array(1_500_000).fill(version),
})

describe(`createClient on ${kind}`, () => {
  const NAME = parseDomainName(`bbbhhai.${kind}`)
  const stack = new AsyncDisposableStack()
  const source = createMemorySource()
  let node: ChainNode
  let registry: TestRegistry
  let proxies: RpcProxy[]
  let gateway: TestServer
  let liar: TestServer
  let site: TestServer
  let served: Record<string, Uint8Array> = {}
  let id: string

  beforeAll(async () => {
    node = stack.use(await startChainNode(kind))
    registry = await deployRegistry(node)
    stack.defer(() => registry.close())
    proxies = []
    for (let n = 0; n < 3; n++) proxies.push(stack.use(await startRpcProxy(node.url)))
    gateway = stack.use(
      await startServer((request, response) => {
        const bytes = source.blocks.get(/^\/ipfs\/(\w+)/.exec(request.url ?? '')?.[1] ?? '')
        if (bytes === undefined) response.statusCode = 404
        response.end(bytes)
      }),
    )
    liar = stack.use(await startServer((_, response) => void response.end('not the block')))
    site = stack.use(
      await startServer((request, response) => {
        const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname).slice(1)
        const bytes = served[path] ?? served[`${path}index.html`]
        if (bytes === undefined) response.statusCode = 404
        response.end(bytes ?? served['404.html'])
      }),
    )
    id = await registry.register(NAME, { pqKeyHash: `0x${RELEASE_KEY.signer.keyId}` })
    for (const release of [1, 2]) await publish(release)
    served = { ...siteOf(2), '.well-known/domainsync/pq.spki': RELEASE_KEY.signer.spki }
  })
  afterAll(() => stack.disposeAsync())

  async function publish(release: number, overrides: ReleaseOverrides = {}) {
    const { root } = await makeRelease(siteOf(release), {
      into: source,
      signer: new Wallet(ROLE_KEYS.signer),
      ...overrides,
      statement: { domain: NAME, release, chainId: 31337, registry: registry.address, ...overrides.statement },
    })
    await registry.sync(id, hashFromRoot(root))
    return root
  }

  function client(options: Partial<ClientOptions> = {}): Client {
    const rpcUrls = proxies.map(({ url }) => url)
    return createClient({ chainId: 31337, registry: registry.address, rpcUrls, gateways: [gateway.url], ...options })
  }

  it('shows the head, for a name as people write it', async () => {
    const head = await client().head(`${NAME.toUpperCase()}.`)
    expect(head).toMatchObject({ release: 2, latest: 2, stable: true, paused: 0, rollbackTarget: { release: 1 } })
    expect(hashFromRoot(head.root!)).toMatch(/^0x[0-9a-f]{64}$/)
  })

  it('reads a file through a lying gateway, every block checked, and names the liar', async () => {
    const lies: Lie[] = []
    const reader = client({ gateways: [liar.url, gateway.url], onLiar: (lie) => lies.push(lie) })
    const { bytes, path, release } = await reader.read(NAME, '/')
    expect(new TextDecoder().decode(bytes)).toBe('<h1>release 2</h1>')
    expect([path, release]).toEqual(['index.html', 2])
    expect((await reader.read(NAME, 'docs/')).path).toBe('docs/index.html')
    expect((await reader.read(NAME, '/big.bin')).bytes).toEqual(new Uint8Array(1_500_000).fill(2))
    expect(new Set(lies.map(({ source: name }) => name))).toEqual(new Set([new URL(liar.url).host]))
    await expect(reader.read(NAME, '/nothing')).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' })
  })

  it('names a file that is larger than memory is to hold, and what takes it', async () => {
    await expect(client().read(NAME, '/big.bin', { maxBytes: 1_499_999 })).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
      message: '"big.bin" of release 2 has more than the 1499999 bytes that are read into memory.',
      next: expect.stringContaining('use stream'),
    })
  })

  it('streams a file in order, past a lying gateway', async () => {
    const { chunks, path, sha256 } = await client({ gateways: [liar.url, gateway.url] }).stream(NAME, '/big.bin')
    const hash = createHash('sha256')
    let pieces = 0
    for await (const chunk of chunks) {
      hash.update(chunk)
      pieces++
    }
    expect({ path, sha256, pieces }).toEqual({ path: 'big.bin', sha256: hash.digest('hex'), pieces: 2 })
    await expect(client().stream(NAME, '/nothing')).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' })
  })

  it('fetches manifest and key of a release once', async () => {
    const reader = client()
    await reader.read(NAME, '/')
    const before = gateway.asked.length
    await reader.read(NAME, '/')
    // Root, then the file itself: one raw block.
    expect(gateway.asked.length - before).toBe(2)
  })

  it('verifies everything from the chain to the served bytes', async () => {
    const report = await client().verify(NAME, { url: site.url })
    expect(report.failures).toEqual([])
    expect(report).toMatchObject({ ok: true, domain: NAME, release: 2 })
    expect(new Set(report.checks.map(({ step }) => step))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]))
    expect(report.checks.filter(({ step }) => step === 7).length).toBeGreaterThanOrEqual(8)
  })

  it('reports a page that was changed on the server', async () => {
    const before = served
    served = { ...served, 'index.html': text('<h1>release 2</h1><script src="//evil"></script>') }
    try {
      const report = await client().verify(NAME, { url: site.url })
      expect(report.ok).toBe(false)
      expect(report.failures.map(({ subject, code }) => [subject, code])).toEqual([
        ['/', 'SERVED_MISMATCH'],
        ['/index.html', 'SERVED_MISMATCH'],
      ])
    } finally {
      served = before
    }
  })

  it('names an outvoted operator in the report and still verifies', async () => {
    proxies[1]!.alter(({ method, params }, honest) =>
      method === 'eth_call' && (honest.result as string).length > 66 * 3 && params.length > 0
        ? { result: (honest.result as string).replace(/[1-9a-f](?=[^1-9a-f]*$)/, '0') }
        : honest,
    )
    try {
      const report = await client().verify(NAME, { url: site.url })
      expect(report.ok).toBe(true)
      expect(report.checks[0]?.detail).toContain(`Outvoted: ${proxies[1]!.url}`)
    } finally {
      proxies[1]!.alter((_, honest) => honest)
    }
  })

  it('reports at which step it fails when there is nothing to trust', async () => {
    const codes = async (reading: Promise<{ failures: readonly { step: number; code: string }[] }>) =>
      (await reading).failures.map(({ step, code }) => [step, code])
    expect(await codes(client().verify('unknown.example'))).toEqual([[2, 'NOT_REGISTERED']])
    const dead = await Promise.all([1, 2].map(async () => `http://127.0.0.1:${await reservePort()}`))
    expect(await codes(client({ rpcUrls: [...dead, node.url] }).verify(NAME))).toEqual([[1, 'RPC_NO_QUORUM']])
    expect(await codes(client({ gateways: [liar.url] }).verify(NAME))).toEqual([[3, 'ROOT_UNAVAILABLE']])
    const now = () => Date.now() + 10 * 86_400_000
    expect(await codes(client({ now, maxAgeMs: 60_000 }).verify(NAME))).toEqual([[1, 'CHAIN_STALE']])
    await expect(client().verify('not a name')).rejects.toMatchObject({ code: 'NAME_INVALID' })
    const reason = new Error('enough')
    await expect(client().verify(NAME, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('refuses unsigned and quarantined releases, live or not, and lists them in the history', async () => {
    const forged = await publish(3, { signer: new Wallet(`0x${'77'.repeat(32)}`) })
    const report = await client().verify(NAME, { url: site.url })
    expect(report).toMatchObject({ ok: false, release: 3, failures: [{ step: 4, code: 'ROOT_UNVERIFIABLE' }] })
    expect(report.root?.equals(forged)).toBe(true)
    await expect(client().read(NAME, '/')).rejects.toMatchObject({
      code: 'ROOT_UNVERIFIABLE',
      reason: 'SIGNER_MISMATCH',
    })

    await registry.send('guardian', 'quarantine', id, 3)
    expect(await client().head(NAME)).toMatchObject({ release: 3, stable: false })
    expect((await client().verify(NAME)).failures).toMatchObject([{ step: 2, code: 'RELEASE_QUARANTINED' }])
    await expect(client().read(NAME, '/')).rejects.toMatchObject({ code: 'RELEASE_QUARANTINED' })

    await registry.rollback(id, 2)
    expect((await client().verify(NAME, { url: site.url })).ok).toBe(true)
    const numbers: unknown[] = []
    for await (const { number, live, stable, root } of client({ fromBlock: registry.deployedAt }).history(NAME)) {
      numbers.push([number, live, stable, root.toString().slice(0, 7)])
    }
    expect(numbers).toEqual([
      [3, false, false, 'bafybei'],
      [2, true, true, 'bafybei'],
      [1, false, true, 'bafybei'],
    ])
  })
})

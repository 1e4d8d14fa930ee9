import { once } from 'node:events'
import { copyFile, mkdir } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { startRpcProxy } from '../support/lying-rpc.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'
import { runSample, samplesOf } from '../support/run-sample.ts'

describe('the samples of the README', { timeout: 120_000 }, () => {
  let world: PublishWorld
  let folder: string
  let reading: string
  let governing: string
  let publishing: string

  beforeAll(async () => {
    world = await openPublishWorld(undefined, { refreshEveryMs: 200 })
    folder = join(world.folder, 'reader')
    await mkdir(folder)
    ;[reading, governing, publishing] = (await samplesOf('SDK')) as [string, string, string]
    // The configuration's relative paths are from its own folder.
    await copyFile(world.config.file, join(world.folder, 'domainsync.config.ts'))
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  it('publishes from a program, and prints release, root and what is incomplete', async () => {
    await world.writeSite({ 'index.html': '<title>first</title>' })
    const before = `process.chdir('..')
const { signal } = new AbortController()
const steps = new Set<string>()
const onProgress = ({ step }: { step: string }) => void steps.add(step)`
    const code = `${publishing.replace("'./dist'", "'./site'")}\nconsole.log([...steps].includes('sync'))`
    expect(publishing).toContain("from: './dist'")
    const { live } = await world.outside()
    expect(live).toBeUndefined()
    const printed = await runSample(code, { folder, before })
    const now = await world.outside()
    expect(printed).toBe(`1 ${now.live} []\ntrue\n`)
    expect(await runSample(code, { folder, before })).toBe('false\n')
    expect(await world.outside()).toEqual(now)
  })

  it('pauses publishing as the guardian', async () => {
    await using stack = new AsyncDisposableStack()
    const rpcs = await Promise.all([1, 2, 3].map(async () => stack.use(await startRpcProxy(world.chain.url))))
    const { registry } = world.config.values.network
    const code = governing.replace('chainId: 1', 'chainId: 31337').replace("'0x…'", `'${registry}' as const`)
    const before = `const [a, b, c] = ${JSON.stringify(rpcs.map((rpc) => rpc.url))} as [string, string, string]
const guardianKey = '${DEVELOPMENT_ACCOUNTS.owner.key}'
const { signal } = new AbortController()`
    expect(await runSample(`${code}\nconsole.log(hash.length, gasUsed > 21_000n)`, { folder, before })).toBe(
      '66 true\n',
    )
    const unpaused = await runCli(['unpause', DOMAIN], { config: world.config.file })
    expect(unpaused.json).toMatchObject({ title: `Unpause publishing of ${DOMAIN}` })
  })

  it('reads and verifies: head, report, a file, the history', async () => {
    await using stack = new AsyncDisposableStack()
    const rpcs = await Promise.all([1, 2, 3].map(async () => stack.use(await startRpcProxy(world.chain.url))))
    const provider = world.config.values.providers['node-1']!
    const node = provider.kind === 'embedded' ? provider.url : ''
    const site = await startSite(node)
    stack.defer(() => void site.close())
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
    const { registry } = world.config.values.network
    // What a reader puts into the sample: chain, registry and site are their own, and here the gateway is too.
    const code = reading
      .replace("chainId: 1, registry: '0x…'", `chainId: 31337, registry: '${registry}'`)
      .replace("'https://trustless-gateway.link', 'https://ipfs.io'", `'${node}'`)
      .replace("'/film.mp4'", "'/index.html'")
      .replace("'https://bbbhhai.com'", `'${url}'`)
    expect(code).toContain(registry)
    expect(code).toContain(url)
    expect(code).toContain(node)
    const before = `const [a, b, c] = ${JSON.stringify(rpcs.map((rpc) => rpc.url))} as [string, string, string]
const { signal } = new AbortController()`
    const after = `console.log(head.release, head.latest, head.seq > 0, head.stable, head.paused, head.rollbackTarget)
console.log(new TextDecoder().decode(bytes))`
    const { live } = await world.outside()
    expect(await runSample(`${code}\n${after}`, { folder, before })).toBe(
      `<title>first</title>1 CID(${live})\n1 1 true true 0 undefined\n<title>first</title>\n`,
    )
  })
})

/** Where readers read it: what a reverse proxy before the node does. */
async function startSite(node: string) {
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, host: `${DOMAIN}.localhost` }
    request(new URL(incoming.url!, node), { headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startHttpProxy } from '../support/lying-http.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/domainsync.js', import.meta.url))

interface Upload {
  readonly node: number
  readonly path: string
  taken: boolean
}

describe('a publish killed while it uploads', { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  let world: PublishWorld
  let uploads: Upload[] = []
  /** Uploads to the second node wait for it. */
  let gate = Promise.withResolvers<void>()
  let config: string

  beforeAll(async () => {
    world = stack.use(await openPublishWorld())
    const nodes = Object.values(world.config.values.providers).slice(0, 2) as { url: string }[]
    const proxies = await Promise.all(
      nodes.map(({ url }, node) =>
        startHttpProxy(url, async (request, honest) => {
          if (request.method !== 'PUT') return honest()
          const upload = { node, path: request.url!, taken: false }
          uploads.push(upload)
          if (node === 1) await gate.promise
          const answer = await honest()
          upload.taken = true
          return answer
        }),
      ),
    )
    for (const proxy of proxies) stack.use(proxy)
    const { file } = await world.configWith('proxied', (raw) => {
      for (const [index, { url }] of proxies.entries()) Object.assign(raw.providers[`node-${index + 1}`]!, { url })
    })
    config = file
  })
  afterAll(() => stack.disposeAsync())

  it.each([
    ['resume', ['resume']],
    ['publish again', ['publish', DOMAIN]],
  ])('is finished by %s, and nothing is sent again to those that hold it', async (_how, recovery) => {
    await world.writeSite({ 'large.txt': randomBytes(500_000).toString('hex'), 'index.html': 'large' })
    const before = await world.outside()
    uploads = []
    gate = Promise.withResolvers()
    const child = spawn(process.execPath, [COMMAND, 'publish', DOMAIN, '--yes', '--config', config], {
      stdio: 'ignore',
    })
    const seen = () => [...uploads].sort((a, b) => a.node - b.node).map(({ node, taken }) => [node, taken])
    await expect.poll(seen, { timeout: 60_000, interval: 10 }).toEqual([
      [0, true],
      [1, false],
    ])
    child.kill('SIGKILL')
    await once(child, 'exit')
    gate.resolve()

    const { code, json } = await runCli(recovery, { config })
    const [{ root }] = (json.results ?? [json]) as [{ root: string }]
    expect(code).toBe(0)
    const sentTo = uploads.filter(({ path }) => path.includes(root)).map(({ node }) => node)
    expect(sentTo.filter((node) => node === 0)).toHaveLength(1)
    const { successes, failures, transactions } = before
    const after = { successes: successes + 1, transactions: transactions + 1, live: root, dns: root }
    expect(await world.outside()).toEqual({ failures, ...after })
  })
})

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HttpProxy, startHttpProxy } from '../support/lying-http.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/domainsync.js', import.meta.url))
const FILES = 200

describe('domainsync follow', { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  let world: PublishWorld
  /** The only way of the mirror to blocks. */
  let proxy: HttpProxy
  let asked: string[] = []
  let pauseMs = 0
  let config: string
  let root: string

  beforeAll(async () => {
    world = stack.use(await openPublishWorld())
    const [first] = Object.values(world.config.values.providers)
    proxy = stack.use(
      await startHttpProxy((first as { url: string }).url, async (request, honest) => {
        asked.push(request.url!)
        await setTimeout(pauseMs)
        return honest()
      }),
    )
    const files = Array.from({ length: FILES }, (_, i) => [`${i}.txt`, randomBytes(2_000).toString('hex')])
    await world.writeSite({ 'index.html': 'mirror me', ...Object.fromEntries(files) })
    const { json } = await runCli(['publish', DOMAIN], { config: world.config.file })
    root = json.root as string
    // Somebody else's configuration: a chain, a registry, a gateway, and no key.
    config = (
      await world.configWith('stranger', (raw) => {
        raw.keys = {}
        raw.providers = {}
        raw.gateways = [proxy.url]
        raw.domains = {}
        raw.state = 'stranger'
        raw.serve = { refreshEveryMs: 50 }
      })
    ).file
  })
  afterAll(() => stack.disposeAsync())

  it('says what it would fetch with --dry-run, and writes nothing', async () => {
    const { code, json } = await runCli(['follow', DOMAIN, '--once', '--dry-run'], { config })
    expect({ code, json }).toMatchObject({
      code: 0,
      json: {
        schema: 'domainsync.follow/1',
        domains: [{ domain: DOMAIN, wanted: [{ release: 1, root, heldFor: 'live' }] }],
      },
    })
    expect(existsSync(join(world.folder, 'stranger/mirror'))).toBe(false)
  })

  it('killed at any time goes on where it was: little is fetched again', async () => {
    pauseMs = 20
    asked = []
    const child = spawn(process.execPath, [COMMAND, 'follow', DOMAIN, '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    createInterface({ input: child.stderr }).on('line', () => {})
    await expect.poll(() => asked.length, { timeout: 60_000, interval: 10 }).toBeGreaterThan(FILES - 50)
    child.kill('SIGKILL')
    await once(child, 'exit')
    pauseMs = 0
    asked = []
    const { code, json } = await runCli(['follow', DOMAIN, '--once'], { config })
    expect({ code, json }).toMatchObject({
      code: 0,
      json: { domains: [{ domain: DOMAIN, held: [{ release: 1, root, heldFor: 'live' }], missing: [] }], failures: [] },
    })
    expect(asked.length).toBeLessThan(FILES - 50)
    asked = []
    // A misspelt name lets nothing go.
    const misspelt = await runCli(['follow', 'nosuch.example', '--only', '--once'], { config })
    expect(misspelt).toMatchObject({ code: 1, json: { error: { code: 'FOLLOW_NOT_REGISTERED' } } })
    expect(await runCli(['follow', DOMAIN, '--once'], { config })).toMatchObject({ code: 0 })
    expect(asked).toEqual([])
  })

  it('serves what it mirrors, when asked to: the blocks, and the site under its own name', async () => {
    const child = spawn(process.execPath, [COMMAND, 'follow', DOMAIN, '--listen', '127.0.0.1:0', '--config', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
      const url = line.replace('Serves at ', '')
      expect((await fetch(`${url}/ipfs/${root}?format=raw`)).status).toBe(200)
      const page = () => get(url, { host: DOMAIN })
      await expect.poll(page, { timeout: 30_000 }).toBe('mirror me')
      const upload = await fetch(`${url}/.domainsync/v1/roots/${root}`, { method: 'DELETE' })
      expect(upload.status).toBeGreaterThanOrEqual(401)
    } finally {
      child.kill('SIGINT')
      const [code] = await once(child, 'exit')
      expect(code).toBe(0)
    }
  })

  it('ends with 1 and the quota that is too small', async () => {
    const args = ['follow', DOMAIN, '--once', '--to', join(world.folder, 'small'), '--max-release', '100kB']
    const { code, json } = await runCli(args, { config })
    expect({ code, json }).toMatchObject({
      code: 1,
      json: { domains: [{ held: [], missing: [{ release: 1, code: 'QUOTA_RELEASE', refused: true }] }] },
    })
  })

  it('ends with 2 and DISK_FULL without room, keeps what it had, and goes on when there is some', async () => {
    const args = ['follow', DOMAIN, '--once', '--to', join(world.folder, 'tiny'), '--json', '--config', config]
    // The shell's limit of a file's size stands for the disk; a full one answers writes alike.
    const child = spawn('sh', ['-c', 'ulimit -f 1000; exec "$0" "$@"', process.execPath, COMMAND, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [stdout, [exit]] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect({ exit, json: JSON.parse(stdout) }).toMatchObject({ exit: 2, json: { failures: [{ code: 'DISK_FULL' }] } })
    asked = []
    const { code, json } = await runCli(args.slice(0, 5), { config })
    expect({ code, json }).toMatchObject({ code: 0, json: { domains: [{ held: [{ release: 1 }], missing: [] }] } })
    expect(asked.length).toBeLessThan(FILES)
  })

  it('ends with 2 when nobody has the release now, and when the chain cannot be read', async () => {
    const nobody = await world.configWith('nobody', (raw) => {
      raw.providers = {}
      raw.domains = {}
      raw.gateways = ['http://127.0.0.1:9']
      raw.state = 'nobody'
    })
    const missing = await runCli(['follow', DOMAIN, '--once'], { config: nobody.file })
    expect(missing).toMatchObject({ code: 2, json: { domains: [{ missing: [{ code: 'ROOT_UNAVAILABLE' }] }] } })
    const deaf = await world.configWith('deaf', (raw) => {
      raw.network.rpcUrls = ['http://127.0.0.1:9']
      raw.state = 'deaf'
    })
    expect(await runCli(['follow', DOMAIN, '--once'], { config: deaf.file })).toMatchObject({ code: 2 })
  })
})

/** The page that a server has for a host. */
async function get(url: string, headers: { host: string }): Promise<string> {
  const asked = request(url, { headers })
  asked.end()
  const [response] = await once(asked, 'response')
  return text(response)
}

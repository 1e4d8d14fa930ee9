import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawRequest } from '../../packages/ipfs-mirror/src/node/raw-request.test.support.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/domainsync.js', import.meta.url))
const DOMAINS = [DOMAIN, 'auditorsec.com', 'audityzer.com']

describe('domainsync serve, three domains on one node', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let world: PublishWorld
  let config: string
  let url: string

  beforeAll(async () => {
    world = stack.use(await openPublishWorld())
    const three = await world.configWith('three', (raw) => {
      raw.keys!.registrar = raw.keys!.owner!
      raw.serve = { refreshEveryMs: 100 }
      Object.assign(raw.dns.local!, { path: 'state/three-zones.json' })
      for (const domain of DOMAINS) raw.domains[domain] = { ...raw.domains[DOMAIN]!, site: `sites/${domain}` }
      for (const domain of DOMAINS) delete raw.domains[domain]!.checks
    })
    config = three.file
    const [node] = Object.values(three.values.providers)
    url = node!.kind === 'embedded' ? node!.url : ''
    await world.stopServers()
    const serving = spawn(process.execPath, [COMMAND, 'serve', '--config', config, '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    stack.defer(async () => {
      serving.kill('SIGINT')
      if (serving.exitCode === null) await once(serving, 'exit')
    })
    expect(`${await once(createInterface(serving.stdout), 'line')}`).toContain('domainsync.serve/1')
    for (const domain of DOMAINS.slice(1))
      expect(await runCli(['register', domain], { config })).toMatchObject({ code: 0 })
    for (const domain of DOMAINS) await publish(domain, 'first')
  })
  afterAll(() => stack.disposeAsync())

  async function publish(domain: string, text: string): Promise<void> {
    const folder = join(world.folder, 'sites', domain)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'index.html'), `${domain}: ${text}`)
    await writeFile(join(folder, `only-${domain}.txt`), domain)
    expect(await runCli(['publish', domain], { config })).toMatchObject({ code: 0 })
  }

  const get = async (host: string, path = '/') => {
    const { status, body, headers } = await rawRequest(url, { host, path })
    return { status, body: body.toString(), code: headers['x-domainsync-code'] }
  }
  const serves = (host: string, body: string) =>
    expect.poll(() => get(host), { timeout: 10_000 }).toMatchObject({ body })

  it.each(DOMAINS)('serves %s by its name, however it is written', async (domain) => {
    const port = new URL(url).port
    const body = `${domain}: first`
    await serves(domain, body)
    for (const host of [
      `${domain}:${port}`,
      `${domain}:443`,
      `${domain}:`,
      `${domain}.`,
      `${domain}.:${port}`,
      domain.toUpperCase(),
      `${domain}.localhost:${port}`,
      `${domain.toUpperCase()}.LocalHost.`,
    ]) {
      expect(await get(host)).toMatchObject({ status: 200, body })
    }
  })

  it('gives each domain its own files alone', async () => {
    for (const host of DOMAINS) {
      const found = await Promise.all(DOMAINS.map(async (other) => (await get(host, `/only-${other}.txt`)).status))
      expect(found).toEqual(DOMAINS.map((other) => (other === host ? 200 : 404)))
    }
  })

  it.each([
    'example.com',
    `www.${DOMAIN}`,
    `${DOMAIN}.evil.example`,
    `x${DOMAIN}`,
    'com',
    'localhost',
    '127.0.0.1',
    '[::1]',
  ])('tells who asks for %s nothing', async (host) => {
    const answer = await get(host)
    expect(answer).toMatchObject({ status: 404, code: 'HOST_UNKNOWN' })
    for (const domain of DOMAINS) expect(answer.body).not.toContain(domain)
  })

  it.each([`${DOMAIN}..`, `${DOMAIN}:99999999`, `${DOMAIN}/`, `a@${DOMAIN}`, ` ${DOMAIN}x y`])(
    'refuses the Host %j',
    async (host) => {
      expect(await get(host)).toMatchObject({ status: 400, code: 'HOST_INVALID' })
    },
  )

  it('follows each domain by itself: a new release of one, back again, and the others as they were', async () => {
    const [moving, ...others] = [DOMAINS[1]!, DOMAINS[0]!, DOMAINS[2]!]
    await publish(moving, 'second')
    await serves(moving, `${moving}: second`)
    expect(await runCli(['rollback', moving, '--yes'], { config })).toMatchObject({ code: 0 })
    await serves(moving, `${moving}: first`)
    for (const other of others) expect(await get(other)).toMatchObject({ status: 200, body: `${other}: first` })
  })
})

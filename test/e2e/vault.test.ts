import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../packages/cli/dist/config/load-config.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { openServers } from '../../packages/cli/dist/wiring/open-servers.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const PASSPHRASE = 'the passphrase of both recipients'
let world: PublishWorld
/** Elsewhere: what survives when the machine does not. */
let safe: string
let stack: AsyncDisposableStack

beforeAll(async () => {
  vi.stubEnv('DOMAINSYNC_PASSPHRASE', PASSPHRASE)
  stack = new AsyncDisposableStack()
  world = stack.use(await openPublishWorld())
  safe = await mkdtemp(join(tmpdir(), 'domainsync-safe-'))
  stack.defer(() => rm(safe, { recursive: true, force: true }))
}, 60_000)
afterAll(async () => {
  vi.unstubAllEnvs()
  await stack?.disposeAsync()
})

async function publish(body: string, config = world.config): Promise<string> {
  const from = await world.writeSite({ 'index.html': body })
  await using publisher = await openPublisher(config)
  return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!.root
}

function backUp(config: string) {
  const recipients = ['--recipient', join(safe, 'ours.pub.json'), join(safe, 'theirs.pub.json')]
  return runCli(['backup', '--to', join(safe, 'backups'), ...recipients], { config })
}

describe('backup and restore', { timeout: 120_000 }, () => {
  let roots: string[]
  let folder: string
  let signedBy: string

  it('backs up a machine whose servers run, for two recipients', async () => {
    roots = [await publish('<title>one</title>'), await publish('<title>two</title>')]
    for (const [name, kem] of [
      ['ours', 'MLKEM1024-P384'],
      ['theirs', 'ML-KEM-1024'],
    ] as const) {
      expect((await runCli(['keys', 'new', 'backup', '--kem', kem, '--out', join(safe, name)])).code).toBe(0)
      await rename(join(safe, name, 'recipient.pub.json'), join(safe, `${name}.pub.json`))
    }
    const { code, json } = await backUp(world.config.file)
    expect({ code, json }).toMatchObject({
      code: 0,
      json: {
        outcome: 'written',
        number: 1,
        domains: [DOMAIN],
        releases: [1, 2].map((release) => ({ domain: DOMAIN, release, stores: ['node-1', 'node-2', 'node-3'] })),
        missing: [],
        unseen: [],
        recipients: [{ label: 'ours' }, { label: 'theirs' }],
        journal: 'state/domainsync.db',
      },
    })
    folder = json.folder as string
    signedBy = json.signedBy as string
    expect((await readdir(folder)).sort()).toEqual(['archive', 'pq.spki', 'recipients.json', 'statement.json'])
    expect(await readdir(join(safe, 'backups'))).toHaveLength(1)
  })

  it('brings everything back to an empty machine, with the key of one recipient', async () => {
    await world.stopServers()
    await cp(join(world.folder, 'keys'), join(safe, 'keys'), { recursive: true })
    for (const name of await readdir(world.folder)) await rm(join(world.folder, name), { recursive: true })

    const into = join(world.folder, 'again')
    const key = join(safe, 'theirs', 'recipient.json')
    const { code, json } = await runCli(['restore', folder, '--into', into, '--key', key, '--signed-by', signedBy], {
      cwd: world.folder,
    })
    expect({ code, json }).toMatchObject({
      code: 0,
      json: { outcome: 'restored', config: 'world.config.ts', releases: roots.map((root) => ({ root })), missing: [] },
    })
    expect((json.secrets as { files: string[] }).files).toContain('keys/node-token')
    expect(await readdir(world.folder)).toEqual(['again'])
    await cp(join(safe, 'keys'), join(into, 'keys'), { recursive: true })

    const config = await loadConfig(join(into, 'world.config.ts'))
    const stop = new AbortController()
    await using _ = await openServers(config, { names: [], signal: stop.signal, onEvent: () => {} })
    const status = await runCli(['status'], { config: config.file })
    expect(status).toMatchObject({
      code: 0,
      json: { domains: [{ domain: DOMAIN, release: { live: 2 }, served: 'match' }] },
    })

    const rollback = await runCli(['rollback', DOMAIN], { config: config.file })
    expect(rollback).toMatchObject({ code: 0, json: { from: 2, to: 1 } })
    expect(await world.outside()).toMatchObject({ live: roots[0], dns: roots[0] })
    const third = await publish('<title>three</title>', config)
    expect(await world.outside()).toMatchObject({ live: third, dns: third })
    expect(await runCli(['status'], { config: config.file })).toMatchObject({ code: 0 })
    stop.abort()
  })

  it('brings back a publish that was interrupted, which resume then finishes', async () => {
    const before = await loadConfig(join(world.folder, 'again', 'world.config.ts'))
    let interrupted: string
    {
      const stop = new AbortController()
      await using _ = await openServers(before, { names: [], signal: stop.signal, onEvent: () => {} })
      const from = await world.writeSite({ 'index.html': '<title>four</title>' })
      const args = ['publish', DOMAIN, '--from', from]
      expect(await runCli(args, { config: before.file, interruptAt: /… .*sending it/ })).toMatchObject({ code: 130 })
      const { code, json } = await backUp(before.file)
      expect({ code, json }).toMatchObject({ code: 0, json: { number: 2, missing: [] } })
      const [waiting] = (json.releases as { root: string; stores: string[] }[]).filter(
        ({ stores }) => stores.length === 0,
      )
      interrupted = waiting!.root
      folder = json.folder as string
      stop.abort()
    }
    await rm(join(world.folder, 'again'), { recursive: true })

    const into = join(world.folder, 'third')
    const key = join(safe, 'ours', 'recipient.json')
    expect(await runCli(['restore', folder, '--into', into, '--key', key, '--signed-by', signedBy])).toMatchObject({
      code: 0,
    })
    await cp(join(safe, 'keys'), join(into, 'keys'), { recursive: true })
    const config = await loadConfig(join(into, 'world.config.ts'))
    const stop = new AbortController()
    await using _ = await openServers(config, { names: [], signal: stop.signal, onEvent: () => {} })
    expect(await runCli(['resume'], { config: config.file })).toMatchObject({ code: 0 })
    expect(await world.outside()).toMatchObject({ live: interrupted, dns: interrupted })
    expect(await runCli(['status'], { config: config.file })).toMatchObject({ code: 0 })
    stop.abort()
  })
})

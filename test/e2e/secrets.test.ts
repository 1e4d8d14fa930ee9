import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Config } from '../../packages/cli/dist/config/schema.js'
import { reservePort } from '../../packages/core/dist/node/index.js'
import { readKeyFile } from '../../packages/pq/dist/node/index.js'
import { startHttpProxy } from '../support/lying-http.ts'
import { startRpcProxy } from '../support/lying-rpc.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { commandLinesBelow, secretsBelow, secretsIn } from '../support/secret-needles.ts'

const COMMAND = join(import.meta.dirname, '../../packages/cli/bin/domainsync.js')
const RPC_KEY = 'rpc-9d1fK3y'
const WEBHOOK_KEY = 'hook-77aB0Tok3n'

describe('secrets', { timeout: 120_000 }, () => {
  let world: PublishWorld
  let stack: AsyncDisposableStack
  let secrets: Record<string, string>
  const output: string[] = []
  const commandLines: string[] = []

  beforeAll(async () => {
    world = await openPublishWorld()
    stack = new AsyncDisposableStack()
    const keys = join(dirname(world.config.file), 'keys')
    const names = ['owner', 'publisher', 'signer', 'healer', 'registrar', 'node-token', 'dns-key', 'release-passphrase']
    const files = await Promise.all(
      names.map(async (name) => [name, await readFile(join(keys, name), 'utf8')] as const),
    )
    const passphrase = Object.fromEntries(files)['release-passphrase']!
    const { secret: seed } = await readKeyFile(join(keys, 'release.json'), { passphrase })
    const release = Buffer.from(seed).toString('hex')
    secrets = { ...Object.fromEntries(files), release, rpc: RPC_KEY, webhook: WEBHOOK_KEY }
    await world.writeSite({ 'index.html': 'first' })
  })
  afterAll(async () => {
    await stack?.disposeAsync()
    await world?.[Symbol.asyncDispose]()
  })

  /** A configuration whose RPC and webhook have keys in their URLs. */
  function configWith(
    name: string,
    urls: { rpc: string; webhook: string },
    change: (config: Config) => void = () => {},
  ) {
    process.env.TEST_WEBHOOK = urls.webhook
    return world.configWith(name, (config) => {
      config.network.rpcUrls = [urls.rpc]
      config.notify = { team: { kind: 'webhook', url: { env: 'TEST_WEBHOOK' }, minSeverity: 'info' } }
      change(config)
    })
  }

  /** Runs a command and keeps all that it shows; `until` ends one that stays up. */
  async function run(args: readonly string[], { until }: { until?: RegExp } = {}): Promise<string> {
    const child = spawn(process.execPath, [COMMAND, ...args], { cwd: world.folder })
    let shown = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        shown += chunk.toString()
        if (until?.test(shown)) child.kill('SIGINT')
      })
    }
    const ended = once(child, 'close')
    let running = true
    void ended.then(() => {
      running = false
    })
    while (running) {
      commandLines.push(await commandLinesBelow(child.pid!))
      await Promise.race([ended, delay(50)])
    }
    output.push(`$ ${args.join(' ')}\n${shown}`)
    return shown
  }

  async function expectNoSecret(): Promise<void> {
    for (const shown of output.splice(0)) expect(secretsIn(shown, secrets), shown).toEqual([])
    for (const line of commandLines.splice(0)) expect(secretsIn(line, secrets), line).toEqual([])
    expect(await secretsBelow(join(world.folder, 'state'), secrets)).toEqual([])
  }

  it('would be found, in any spelling', async () => {
    const inKeys = await secretsBelow(join(world.folder, 'keys'), secrets)
    expect(inKeys.map((line) => line.split(': ')[1])).toEqual(
      expect.arrayContaining(['owner', 'dns-key', 'node-token']),
    )
    for (const [name, secret] of Object.entries(secrets)) {
      const bytes = Buffer.from(secret.replace(/^0x/, ''), /^(0x)?[0-9a-f]{64}$/.test(secret) ? 'hex' : 'utf8')
      for (const spelled of [
        secret,
        bytes,
        bytes.toString('hex'),
        bytes.toString('base64'),
        bytes.toString('base64url'),
      ])
        expect(
          secretsIn(Buffer.concat([Buffer.from('a: '), Buffer.from(spelled), Buffer.from('!')]), secrets),
        ).toContain(name)
    }
  })

  it('are in nothing that commands show, leave behind or are called with', async () => {
    const rpc = stack.use(await startRpcProxy(world.chain.url))
    const hook = stack.use(
      await startHttpProxy(world.chain.url, async () => ({ status: 200, body: Buffer.from('ok') })),
    )
    const { file } = await configWith('keyed', {
      rpc: `${rpc.url}/v2/${RPC_KEY}`,
      webhook: `${hook.url}/services/${WEBHOOK_KEY}`,
    })
    const commands = [
      ['publish', DOMAIN],
      ['publish', DOMAIN],
      ['config'],
      ['register', DOMAIN, '--dry-run'],
      ['register', DOMAIN],
      ['status'],
      ['plan'],
      ['check'],
      ['heal'],
      ['verify', DOMAIN],
      ['history', DOMAIN],
      ['rollback', DOMAIN],
      ['approve', DOMAIN],
      ['resume'],
      ['init'],
    ]
    // Every other one for a program: what a person sees differs in form alone.
    for (const [index, command] of commands.entries())
      await run([...command, '--config', file, ...(index % 2 ? ['--json'] : [])])
    await run(['config', '--config', file, '--json'])
    await run(['agent', '--config', file], { until: /Watching/ })
    await run(['keys', 'list', 'keys/release.json'])
    await run(['keys', 'list', 'keys/owner'])
    await expectNoSecret()
  })

  it('are in nothing that making keys, signing elsewhere and backups show, leave behind or are called with', async () => {
    const typed = 'a passphrase that nobody shows'
    vi.stubEnv('DOMAINSYNC_PASSPHRASE', typed)
    const { file } = await world.configWith('with-backups', () => {})
    const [next, backups, restored] = ['keys/next', 'backups', 'restored'].map((name) => join(world.folder, name))
    const request = join(world.folder, 'state/release.sign')
    await world.writeSite({ 'index.html': 'signed elsewhere' })
    await run(['keys', 'new', 'backup', '--out', next!])
    await run(['keys', 'rotate', next!, DOMAIN, '--config', file])
    await run(['publish', DOMAIN, '--prepare', request, '--config', file])
    await run(['sign', request, '--config', file])
    await run(['sign', request, '--release-key', 'keys/release.json'])
    await run(['publish', DOMAIN, '--signed', request, '--config', file, '--json'])
    const recipient = join(next!, 'recipient.pub.json')
    const written = await run([
      'backup',
      '--to',
      backups!,
      '--single-recipient',
      '--recipient',
      recipient,
      '--config',
      file,
    ])
    expect(written).toContain(backups!)
    const [archive] = await readdir(backups!)
    const restore = ['restore', join(backups!, archive!), '--key', join(next!, 'recipient.json'), '--any-signer']
    await run([...restore, '--into', restored!])
    await run([...restore, '--into', restored!, '--json'])
    expect(output.at(-2)).toContain('Restored into')

    const opened = async (name: string) => {
      const { secret } = await readKeyFile(join(next!, name), { passphrase: typed })
      return Buffer.from(secret).toString('hex')
    }
    Object.assign(secrets, {
      typed,
      'new release': await opened('release.json'),
      'new signer': await opened('signer.json'),
      recipient: await opened('recipient.json'),
    })
    for (const folder of [next, backups, restored, join(world.folder, 'keys/rotations')]) {
      expect(await secretsBelow(folder!, secrets)).toEqual([])
    }
    await expectNoSecret()
    vi.unstubAllEnvs()
  })

  it('are in no error: an RPC that repeats the key, a dead one, a webhook that refuses, wrong keys', async () => {
    const echoing = stack.use(
      await startRpcProxy(world.chain.url, () => ({ error: { code: -32000, message: `invalid API key ${RPC_KEY}` } })),
    )
    const chatty = stack.use(await startRpcProxy(world.chain.url))
    chatty.handle((request, response) => {
      response.end(`no such project: ${request.url}`)
      return true
    })
    const honest = stack.use(await startRpcProxy(world.chain.url))
    const refusing = stack.use(
      await startHttpProxy(world.chain.url, async (request) => ({ status: 403, body: Buffer.from(request.url!) })),
    )
    const dead = `http://127.0.0.1:${await reservePort()}`
    const webhook = `${refusing.url}/services/${WEBHOOK_KEY}`
    const key = `/v2/${RPC_KEY}?token=${RPC_KEY}`
    await world.writeSite({ 'index.html': 'second' })
    const rpc = `${honest.url}${key}`
    const wrong = [
      configWith('echoing', { rpc: `${echoing.url}${key}`, webhook }),
      configWith('chatty', { rpc: `${chatty.url}${key}`, webhook }),
      configWith('dead', { rpc: `${dead}${key}`, webhook: `${dead}/${WEBHOOK_KEY}` }),
      configWith('user', { rpc: `${dead.replace('//', `//${RPC_KEY}:${RPC_KEY}@`)}/`, webhook }),
      configWith('passphrase', { rpc, webhook }, ({ keys }) => {
        Object.assign(keys!.release!, { passphrase: { file: 'keys/dns-key' } })
      }),
      configWith('token', { rpc, webhook }, ({ providers }) => {
        for (const provider of Object.values(providers)) Object.assign(provider, { token: { file: 'keys/dns-key' } })
      }),
      configWith('dns', { rpc, webhook }, ({ dns }) => {
        Object.assign((dns.local as { key: object }).key, { secret: { file: 'keys/node-token' } })
      }),
      configWith('account', { rpc, webhook }, ({ keys }) => {
        Object.assign(keys!, { publisher: { file: 'keys/release-passphrase' } })
      }),
    ]
    for (const { file } of await Promise.all(wrong)) {
      await run(['publish', DOMAIN, '--config', file])
      await run(['verify', DOMAIN, '--config', file, '--json'])
      await expectNoSecret()
    }
    const { file } = await wrong[0]!
    for (const command of ['config', 'heal', 'resume']) await run([command, '--config', file])
    await expectNoSecret()
  })
})

import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMAND_HELP } from '../../packages/cli/dist/command-help.js'
import { encodeRecipient, recipientOf } from '../../packages/pq/dist/node/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const RECIPIENT = 'recipient.pub.json'

/** How each command is run to its end, in this order. Those that stay up have tests of their own. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  init: ['init', 'a.example'],
  keys: ['keys', 'list', 'keys/release.json'],
  register: ['register', DOMAIN],
  config: ['config'],
  id: ['id', DOMAIN],
  publish: ['publish', DOMAIN],
  sign: ['sign', 'nowhere.json'],
  resume: ['resume'],
  status: ['status'],
  plan: ['plan'],
  check: ['check'],
  heal: ['heal'],
  migrate: ['migrate', 'node-3'],
  prune: ['prune'],
  approve: ['approve', DOMAIN],
  verify: ['verify', DOMAIN],
  history: ['history', DOMAIN],
  diff: ['diff', DOMAIN, '1', '1'],
  pause: ['pause', DOMAIN, '--dry-run'],
  unpause: ['unpause', DOMAIN],
  quarantine: ['quarantine', DOMAIN, '1', '--unsigned'],
  reinstate: ['reinstate', DOMAIN, '1'],
  keep: ['keep', DOMAIN],
  roles: ['roles', DOMAIN],
  trust: ['trust', 'show', DOMAIN],
  attest: ['attest', DOMAIN],
  reclaim: ['reclaim', 'object', DOMAIN],
  feed: ['feed', 'show', DOMAIN],
  follow: ['follow', DOMAIN, '--once'],
  backup: ['backup', '--recipient', RECIPIENT, '--single-recipient', '--dry-run'],
  restore: ['restore', 'nowhere', '--into', 'again', '--key', 'recipient.json', '--any-signer'],
  rollback: ['rollback', DOMAIN, '--to', '1', '--dry-run'],
}
/** Those that fail as they are run here. */
const FAIL = ['restore', 'rollback', 'sign']
const STAYS_UP = ['serve', 'agent']

describe('--json', { timeout: 60_000 }, () => {
  let world: PublishWorld
  beforeAll(async () => {
    world = await openPublishWorld(undefined, { refreshEveryMs: 200 })
    await world.writeSite({ 'index.html': 'first' })
    await writeFile(join(world.folder, RECIPIENT), encodeRecipient(await recipientOf(randomBytes(32))))
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  it('is tested for every command that ends', () => {
    expect(Object.keys(LINES).sort()).toEqual(
      Object.keys(COMMAND_HELP)
        .filter((name) => !STAYS_UP.includes(name))
        .sort(),
    )
  })

  it.each(Object.entries(LINES))('of %s is one document with its schema, or one error', async (name, args) => {
    const config = name === 'init' ? join(world.folder, 'new', 'domainsync.config.ts') : world.config.file
    const { code, json } = await runCli(args, { config, cwd: world.folder })
    const failed = FAIL.includes(name)
    const schema = failed ? 'domainsync.error/1' : `domainsync.${name}/1`
    expect({ schema: json.schema, failed: code === 1 }).toEqual({ schema, failed })
  })
})

import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openBackup } from '../../packages/cli/dist/backup/open-backup.js'
import { readRecipients } from '../../packages/cli/dist/backup/read-recipients.js'
import { restoreBackup } from '../../packages/cli/dist/backup/restore-backup.js'
import { writeBackup } from '../../packages/cli/dist/backup/write-backup.js'
import { readSigningKeys } from '../../packages/cli/dist/config/signing-keys.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { readKeyFile } from '../../packages/pq/dist/node/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'
import { secretsBelow, secretsIn } from '../support/secret-needles.ts'

const PASSPHRASE = 'the passphrase of every recipient'
const NAMES = ['ours', 'theirs', 'new']
let world: PublishWorld
let safe: string
let stack: AsyncDisposableStack
let backup: string
let signedBy: string
/** A folder of its own for each test: nothing else may be in it afterwards. */
let place: string
let output = ''

const publicKey = (name: string) => join(safe, `${name}.pub.json`)
const keyFile = (name: string) => join(safe, name, 'recipient.json')
const recipients = ['--recipient', 'ours', 'theirs']

async function run(...args: string[]) {
  const end = await runCli(args, { cwd: place })
  output += end.stdout + end.stderr
  return end
}
const configured = (...args: string[]) => run(...args, '--config', world.config.file)
const backUp = (...more: string[]) => {
  const files = recipients.map((one) => (one.startsWith('-') ? one : publicKey(one)))
  return configured('backup', '--to', join(safe, 'backups'), ...files, ...more)
}
const restore = (from: string, ...more: string[]) =>
  run('restore', from, '--into', join(place, 'again'), '--key', keyFile('ours'), ...more)
const failure = (code: string) => ({ code: 1, json: { error: { code } } })
const codeOf = async (running: Promise<{ code: number | null; json: object }>) => {
  const { code, json } = await running
  return { code, json }
}

beforeAll(async () => {
  vi.stubEnv('DOMAINSYNC_PASSPHRASE', PASSPHRASE)
  stack = new AsyncDisposableStack()
  world = stack.use(await openPublishWorld())
  safe = await mkdtemp(join(tmpdir(), 'domainsync-safe-'))
  stack.defer(() => rm(safe, { recursive: true, force: true }))
  place = safe
  const from = await world.writeSite({ 'index.html': 'one' })
  await using publisher = await openPublisher(world.config)
  await publisher.publish(await publisher.plan(DOMAIN, { from }))
  await publisher[Symbol.asyncDispose]()
  for (const name of NAMES) {
    await run('keys', 'new', 'backup', '--out', join(safe, name))
    await rename(join(safe, name, 'recipient.pub.json'), publicKey(name))
  }
  const { json } = await backUp()
  backup = json.folder as string
  signedBy = json.signedBy as string
}, 60_000)
afterAll(async () => {
  vi.unstubAllEnvs()
  await stack?.disposeAsync()
})
beforeEach(async () => {
  place = await mkdtemp(join(safe, 'test-'))
})

/** A copy of the backup with one file changed. */
async function changed(file: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  const folder = join(place, 'backup')
  await cp(backup, folder, { recursive: true })
  await writeFile(join(folder, file), change(await readFile(join(folder, file))))
  return folder
}
const flipped = (at: number) => (bytes: Buffer) => {
  bytes[at < 0 ? bytes.length + at : at]! ^= 1
  return bytes
}

/** The account's signature with one bit changed, in an envelope that is well formed. */
function otherSignature(bytes: Buffer): Buffer {
  const envelope = JSON.parse(bytes.toString()) as { signatures: { sig: string }[] }
  const account = envelope.signatures[1]!
  account.sig = flipped(10)(Buffer.from(account.sig, 'base64')).toString('base64')
  return Buffer.from(JSON.stringify(envelope))
}

describe('a restore', { timeout: 60_000 }, () => {
  it.each([
    ['archive', flipped(-5), 'BACKUP_MISMATCH'],
    ['archive', (bytes: Buffer) => bytes.subarray(0, -1), 'BACKUP_MISMATCH'],
    ['statement.json', otherSignature, 'SIGNER_SIGNATURE_INVALID'],
    ['recipients.json', otherSignature, 'SIGNER_SIGNATURE_INVALID'],
    ['pq.spki', flipped(1000), 'PQ_KEY_MISMATCH'],
    ['statement.json', () => Buffer.from('{}'), 'ENVELOPE_MALFORMED'],
    ['pq.spki', (bytes: Buffer) => Buffer.concat([bytes, bytes]), 'BACKUP_UNREADABLE'],
  ])('refuses a changed %s, and leaves nothing', async (file, change, code) => {
    const folder = await changed(file, change)
    expect(await codeOf(restore(folder, '--signed-by', signedBy))).toMatchObject(failure(code))
    expect(await readdir(place)).toEqual(['backup'])
  })

  it('wants to know whose backup is accepted, and says what the backup claims', async () => {
    const { code, json } = await restore(backup)
    expect({ code, json }).toMatchObject(failure('BACKUP_UNPINNED'))
    expect((json.error as { message: string }).message).toContain(signedBy)
    // What the backup claims is not put into a person's hand.
    expect((json.error as { next: string }).next).not.toContain(signedBy)
    const other = `0x${'12'.repeat(32)}`
    expect(await codeOf(restore(backup, '--signed-by', other))).toMatchObject(failure('PQ_KEY_MISMATCH'))
    const account = ['--signer', `0x${'12'.repeat(20)}`]
    expect(await codeOf(restore(backup, '--signed-by', signedBy, ...account))).toMatchObject(failure('SIGNER_MISMATCH'))
    expect(await codeOf(restore(backup, '--signed-by', 'me'))).toMatchObject(failure('BACKUP_UNPINNED'))
    expect(await readdir(place)).toEqual([])
    const any = await restore(backup, '--any-signer')
    expect(any.stderr).toContain('as nobody (--any-signer) wants')
    expect(any).toMatchObject({ code: 0, json: { trust: { source: 'nobody (--any-signer)', pqKeyHash: signedBy } } })
  })

  it('asks the registry where a configuration is', async () => {
    const end = await restore(backup, '--config', world.config.file)
    expect(end).toMatchObject({ code: 0, json: { trust: { source: 'the registry', pqKeyHash: signedBy } } })
  })

  it('can only look', async () => {
    expect(await codeOf(restore(backup, '--signed-by', signedBy, '--dry-run'))).toMatchObject({
      code: 0,
      json: { outcome: 'planned' },
    })
    expect(await readdir(place)).toEqual([])
    const folder = await changed('archive', flipped(-5))
    expect(await codeOf(restore(folder, '--signed-by', signedBy, '--dry-run'))).toMatchObject(
      failure('BACKUP_MISMATCH'),
    )
  })

  it('leaves nothing when it is interrupted', async () => {
    const { secret: seed } = await readKeyFile(keyFile('ours'), { passphrase: PASSPHRASE })
    const interrupt = new AbortController()
    const restoring = restoreBackup(await openBackup(backup, { pqKeyHash: signedBy as `0x${string}` }), {
      into: join(place, 'again'),
      seed,
      lookOnly: false,
      signal: interrupt.signal,
      onProgress: (phase) => phase === 'restoring' && interrupt.abort(),
    })
    await expect(restoring).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readdir(place)).toEqual([])
  })

  it('refuses a folder with something in it, and takes an empty one', async () => {
    await mkdir(join(place, 'again'))
    await writeFile(join(place, 'again', 'precious'), 'x')
    expect(await codeOf(restore(backup, '--signed-by', signedBy))).toMatchObject(failure('RESTORE_TARGET'))
    expect(await readdir(join(place, 'again'))).toEqual(['precious'])
    await rm(join(place, 'again', 'precious'))
    expect(await codeOf(restore(backup, '--signed-by', signedBy))).toMatchObject({ code: 0 })
  })

  it('refuses a key that is not a recipient’s, a wrong passphrase, and a key of another kind', async () => {
    const into = ['--into', join(place, 'again'), '--signed-by', signedBy]
    const withKey = (key: string) => codeOf(run('restore', backup, ...into, '--key', key))
    expect(await withKey(keyFile('new'))).toMatchObject(failure('RECIPIENT_UNKNOWN'))
    expect(await withKey(join(world.folder, 'keys', 'release.json'))).toMatchObject(failure('KEY_SECRET_INVALID'))
    vi.stubEnv('DOMAINSYNC_RECIPIENT_PASSPHRASE', 'another')
    expect(await withKey(keyFile('ours'))).toMatchObject(failure('KEY_PASSPHRASE_WRONG'))
    vi.stubEnv('DOMAINSYNC_RECIPIENT_PASSPHRASE', undefined)
    expect(await readdir(place)).toEqual([])
  })

  it('refuses an older backup unless told: known to this machine, beside it, or by number', async () => {
    const { json } = await backUp()
    expect(json.number).toBe(2)
    const pinned = ['--signed-by', signedBy]
    expect(await codeOf(restore(backup, ...pinned))).toMatchObject(failure('BACKUP_OLDER'))
    const alone = join(place, 'alone')
    await cp(backup, alone, { recursive: true })
    expect(await codeOf(restore(alone, '--config', world.config.file))).toMatchObject(failure('BACKUP_OLDER'))
    expect(await codeOf(restore(alone, ...pinned, '--at-least', '2'))).toMatchObject(failure('BACKUP_OLDER'))
    expect(await readdir(place)).toEqual(['alone'])
    expect(await codeOf(restore(backup, ...pinned, '--allow-older'))).toMatchObject({ code: 0 })
    await rm(json.folder as string, { recursive: true })
  })
})

describe('a backup', { timeout: 60_000 }, () => {
  it('is for two recipients unless told', async () => {
    const alone = ['backup', '--to', place, '--recipient', publicKey('ours')]
    expect(await codeOf(configured(...alone))).toMatchObject(failure('RECIPIENTS_TOO_FEW'))
    expect(await codeOf(configured(...alone, publicKey('ours')))).toMatchObject(failure('RECIPIENTS_TOO_FEW'))
    expect(await readdir(place)).toEqual([])
    const told = await configured(...alone, '--single-recipient')
    expect(told).toMatchObject({ code: 0, json: { recipients: [{ label: 'ours' }] } })
    expect(told.stderr).toContain('Warning: one recipient')
  })

  it('says what it would hold, and writes nothing', async () => {
    const to = ['--to', join(place, 'here'), '--dry-run']
    const { code, json } = await configured('backup', '--recipient', publicKey('ours'), publicKey('new'), ...to)
    expect({ code, json }).toMatchObject({ code: 0, json: { outcome: 'planned', releases: [{}], sizeBytes: null } })
    expect(await readdir(place)).toEqual([])
  })

  it('leaves nothing when it is interrupted', async () => {
    const interrupt = new AbortController()
    const writing = writeBackup({
      config: world.config,
      to: place,
      recipients: await readRecipients([publicKey('ours'), publicKey('new')]),
      withKeys: false,
      keys: () => readSigningKeys(world.config),
      lookOnly: false,
      signal: interrupt.signal,
      onProgress: () => interrupt.abort(),
    })
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readdir(place)).toEqual([])
    expect(await readdir(join(world.folder, 'state'))).not.toContain('backup-journal.db')
  })

  it('clears up after one that was killed', async () => {
    const state = join(world.folder, 'state')
    const { series } = JSON.parse(await readFile(join(state, 'backups.json'), 'utf8')) as { series: string }
    const partial = join(place, `.backup-${series.slice(0, 8)}-000000.partial`)
    await mkdir(partial)
    await writeFile(join(partial, 'archive'), 'half of one')
    await writeFile(join(state, 'backup-journal.db'), 'half of one')
    const recipientFiles = [publicKey('ours'), publicKey('new')]
    const { code, json } = await configured('backup', '--to', place, '--recipient', ...recipientFiles)
    expect({ code, json }).toMatchObject({ code: 0, json: { outcome: 'written' } })
    expect(await readdir(place)).toHaveLength(1)
    expect(await readdir(state)).not.toContain('backup-journal.db')
  })

  it('holds no secret in the clear, shows none, and says which must be put back', async () => {
    const keys = join(world.folder, 'keys')
    const names = ['owner', 'publisher', 'signer', 'healer', 'registrar', 'node-token', 'dns-key', 'release-passphrase']
    const read = names.map(async (name) => [name, await readFile(join(keys, name), 'utf8')] as const)
    const raw = Object.fromEntries(await Promise.all(read))
    const release = await readKeyFile(join(keys, 'release.json'), { passphrase: raw['release-passphrase']! })
    const ours = await readKeyFile(keyFile('ours'), { passphrase: PASSPHRASE })
    const seeds = { release: release.secret, recipient: ours.secret }
    const hex = Object.entries(seeds).map(([name, seed]) => [name, Buffer.from(seed).toString('hex')])
    const secrets = { ...raw, ...Object.fromEntries(hex), passphrase: PASSPHRASE }

    const { json } = await backUp('--with-keys')
    expect(json.files).toContain('keys/release.json')
    expect(json.leftOut).toMatchObject({ files: expect.arrayContaining(['keys/node-token', 'keys/publisher']) })
    const restored = await restore(json.folder as string, '--signed-by', signedBy)
    expect(restored).toMatchObject({ code: 0, json: { files: expect.arrayContaining(['keys/release.json']) } })
    expect(await readdir(join(place, 'again', 'keys'))).toEqual(['release.json'])
    expect(await secretsBelow(join(place, 'again'), secrets)).toEqual([])
    expect(await secretsBelow(json.folder as string, secrets)).toEqual([])
    expect(await secretsBelow(join(world.folder, 'state'), secrets)).toEqual([])
    expect(secretsIn(output, secrets)).toEqual([])
    await rm(json.folder as string, { recursive: true })
  })

  it('says what it could not see, and is incomplete then', async () => {
    const config = await world.configWith('unseen', (raw) => {
      raw.network.rpcUrls = ['http://127.0.0.1:9']
    })
    const to = ['--to', place, '--recipient', publicKey('ours'), publicKey('new')]
    const { code, json } = await run('backup', ...to, '--config', config.file)
    expect({ code, json }).toMatchObject({ code: 2, json: { unseen: [{ what: 'the registry' }], releases: [{}] } })
  })
})

describe('the recipients of a backup', { timeout: 60_000 }, () => {
  const hashOf = async (folder: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, 'archive')))
      .digest('hex')
  const open = (folder: string, name: string) =>
    codeOf(run('restore', folder, '--into', join(place, name), '--key', keyFile(name), '--signed-by', signedBy))

  it('come and go without the archive being touched', async () => {
    const folder = join(place, 'backup')
    await cp(backup, folder, { recursive: true })
    const before = await hashOf(folder)
    const listed = await run('backup', 'recipients', 'list', folder, '--signed-by', signedBy)
    expect(listed).toMatchObject({
      code: 0,
      json: { revision: 1, recipients: [{ label: 'ours' }, { label: 'theirs' }] },
    })

    const add = ['backup', 'recipients', 'add', folder, publicKey('new'), '--key', keyFile('theirs')]
    expect(await codeOf(configured(...add, '--dry-run'))).toMatchObject({ json: { outcome: 'planned', revision: 1 } })
    expect(await codeOf(configured(...add))).toMatchObject({ code: 0, json: { outcome: 'added', revision: 2 } })
    expect(await codeOf(configured(...add))).toMatchObject(failure('RECIPIENTS_TOO_FEW'))
    const remove = (name: string, ...options: string[]) =>
      codeOf(configured('backup', 'recipients', 'remove', folder, name, ...options))
    expect(await remove('ours')).toMatchObject({ code: 0, json: { outcome: 'removed', revision: 3 } })
    expect(await remove('nobody')).toMatchObject(failure('RECIPIENT_NOT_FOUND'))
    expect(await remove('theirs')).toMatchObject(failure('RECIPIENTS_TOO_FEW'))
    const planned = await remove('theirs', '--single-recipient', '--dry-run')
    expect(planned).toMatchObject({
      code: 0,
      json: { outcome: 'planned', revision: 3, recipients: [{ label: 'new' }] },
    })

    expect(await hashOf(folder)).toBe(before)
    expect((await readdir(folder)).sort()).toEqual(['archive', 'pq.spki', 'recipients.json', 'statement.json'])
    expect(await open(folder, 'ours')).toMatchObject(failure('RECIPIENT_UNKNOWN'))
    expect(await open(folder, 'new')).toMatchObject({ code: 0 })
    expect(await open(folder, 'theirs')).toMatchObject({ code: 0 })
  })
})

import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { decodeSigningFile, generateReleaseKey } from '../../packages/pq/dist/index.js'
import { writeKeyFile } from '../../packages/pq/dist/node/index.js'
import { cheapenKeyFile } from '../support/cheapen-key-file.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const PASSPHRASE = 'a passphrase of the signing machine'
const signerKey = DEVELOPMENT_ACCOUNTS.signer.key

describe('a release that another machine signs', { timeout: 120_000 }, () => {
  let world: PublishWorld
  /** A host that has the publisher's key and none that signs. */
  let ci: string
  /** A folder with the keys that sign, and nothing else. */
  let vault: string
  let file: string
  let pages = 0

  beforeAll(async () => {
    world = await openPublishWorld()
    const config = await world.configWith('ci', ({ keys }) => {
      delete keys!.signer
      delete keys!.release
    })
    ci = config.file
    vault = await mkdtemp(join(tmpdir(), 'domainsync-signing-'))
    vi.stubEnv('DOMAINSYNC_PASSPHRASE', PASSPHRASE)
    const { release } = world.config.values.keys
    await copyFile(join(world.folder, release!.file), join(vault, 'release.json'))
    await writeKeyFile(join(vault, 'signer.json'), {
      kind: 'account',
      secret: Buffer.from(signerKey.slice(2), 'hex'),
      passphrase: PASSPHRASE,
    })
    await cheapenKeyFile(join(vault, 'signer.json'), PASSPHRASE)
    vi.stubEnv('RELEASE_PASSPHRASE', await readFile(join(world.folder, 'keys/release-passphrase'), 'utf8'))
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await world?.[Symbol.asyncDispose]()
    await rm(vault, { recursive: true, force: true })
  })

  /** Each test publishes other files. */
  beforeEach(async () => {
    await world.writeSite({ 'index.html': `<title>page ${++pages}</title>` })
    file = join(vault, `release-${pages}.sign`)
  })

  const prepare = () => runCli(['publish', DOMAIN, '--prepare', file], { config: ci })
  const publishSigned = (signed = file) => runCli(['publish', DOMAIN, '--signed', signed], { config: ci })
  const withRelease = async () => {
    const passphrase = process.env.RELEASE_PASSPHRASE!
    return underPassphrase(passphrase, () => sign('--release-key', 'release.json'))
  }
  const withSigner = () => sign('--signer-key', 'signer.json')
  const sign = (...args: string[]) => runCli(['sign', file, ...args], { cwd: vault })

  /** The two key files have passphrases of their own. */
  async function underPassphrase<T>(passphrase: string, work: () => Promise<T>): Promise<T> {
    vi.stubEnv('DOMAINSYNC_PASSPHRASE', passphrase)
    try {
      return await work()
    } finally {
      vi.stubEnv('DOMAINSYNC_PASSPHRASE', PASSPHRASE)
    }
  }

  async function signedByBoth(): Promise<void> {
    expect(await prepare()).toMatchObject({ code: 0 })
    expect(await withRelease()).toMatchObject({ code: 2, json: { outcome: 'incomplete' } })
    expect(await withSigner()).toMatchObject({ code: 0, json: { outcome: 'signed', missing: [] } })
  }

  it('is prepared without a key, signed without a chain, and published without a key that signs', async () => {
    const before = await world.outside()
    const prepared = await prepare()
    expect(prepared).toMatchObject({ code: 0, json: { outcome: 'unsigned', release: 1 } })
    expect(await world.outside()).toEqual(before)

    const half = await withRelease()
    expect(half).toMatchObject({
      code: 2,
      json: { missing: [`signer ${new Wallet(signerKey).address.toLowerCase()}`] },
    })
    expect(await withSigner()).toMatchObject({ code: 0, json: { outcome: 'signed', release: 1, missing: [] } })

    expect(await publishSigned()).toMatchObject({ code: 0, json: { outcome: 'published', release: 1 } })
    const verified = await runCli(['verify', DOMAIN], { config: ci })
    expect({ code: verified.code, ...verified.json }).toMatchObject({ code: 0, release: 1, failures: [] })
    expect(await publishSigned()).toMatchObject({ code: 0, json: { outcome: 'unchanged' } })
    await using publisher = await openPublisher(world.config)
    const again = { from: join(world.folder, 'site'), signed: decodeSigningFile(await readFile(file)) }
    const plan = await publisher.plan(DOMAIN, again)
    expect({ changes: plan.changes, root: plan.root }).toEqual({ changes: [], root: undefined })
  })

  it('takes the signature that a hardware wallet made of the text which is shown', async () => {
    expect(await prepare()).toMatchObject({ code: 0 })
    const { json } = await withRelease()
    expect(json.text).toMatch(/^DomainSync release 2 of bbbhhai\.com on chain 31337: sha256 [0-9a-f]{64}$/)
    const signature = await new Wallet(signerKey).signMessage(json.text as string)
    // No key of the signer is opened then.
    const { file: config } = await world.configWith('wallet', ({ keys }) => {
      keys!.signer = { env: 'NEVER_SET' }
    })
    const signed = await runCli(['sign', file, '--signature', signature], { config })
    expect(signed).toMatchObject({ code: 0, json: { outcome: 'signed' } })
    expect(await publishSigned()).toMatchObject({ code: 0, json: { outcome: 'published', release: 2 } })
  })

  it('is compared with the folder that the signer has', async () => {
    expect(await prepare()).toMatchObject({ code: 0 })
    const site = join(world.folder, 'site')
    expect(await sign('--site', site, '--dry-run')).toMatchObject({ code: 2 })
    await world.writeSite({ 'index.html': '<title>another</title>' })
    const refused = await sign('--site', site, '--signer-key', 'signer.json')
    expect(refused).toMatchObject({ code: 1, json: { error: { code: 'CONTENT_MISMATCH' } } })
  })

  it('is not said to be compared when its list has other files than the folder', async () => {
    expect(await prepare()).toMatchObject({ code: 0 })
    const site = join(world.folder, 'site')
    const request = JSON.parse(await readFile(file, 'utf8'))
    const statement = JSON.parse(Buffer.from(request.payload, 'base64').toString())
    const page = statement.subject.find(({ name }: { name: string }) => name === 'index.html')
    for (const subject of [
      // Another page under the content of the good one; a file more.
      statement.subject.map((one: object) => (one === page ? { ...page, digest: { sha256: '1'.repeat(64) } } : one)),
      [...statement.subject, { name: 'steal.js', digest: { sha256: '2'.repeat(64) } }],
    ]) {
      const payload = Buffer.from(JSON.stringify({ ...statement, subject })).toString('base64')
      await writeFile(file, JSON.stringify({ ...request, payload }))
      const refused = await sign('--site', site, '--signer-key', 'signer.json')
      expect(refused).toMatchObject({ code: 1, json: { error: { code: 'CONTENT_MISMATCH' } } })
    }
  })

  it('is not signed where the configuration has another registry', async () => {
    expect(await prepare()).toMatchObject({ code: 0 })
    const other = await world.configWith('other-registry', ({ network }) => {
      network.registry = `0x${'1'.repeat(40)}`
    })
    const refused = await runCli(['sign', file], { config: other.file })
    expect(refused).toMatchObject({ code: 1, json: { error: { code: 'SIGNING_OTHER_NETWORK' } } })
  })

  it('is not prepared over signatures', async () => {
    await signedByBoth()
    expect(await prepare()).toMatchObject({ code: 1, json: { error: { code: 'SIGNING_FILE_SIGNED' } } })
  })

  it('is looked at with --dry-run without a change of the file', async () => {
    expect(await prepare()).toMatchObject({ code: 0 })
    const before = await readFile(file, 'utf8')
    vi.stubEnv('DOMAINSYNC_PASSPHRASE', undefined)
    const looked = await sign('--signer-key', 'signer.json', '--dry-run')
    vi.stubEnv('DOMAINSYNC_PASSPHRASE', PASSPHRASE)
    const signer = new Wallet(signerKey).address.toLowerCase()
    expect(looked).toMatchObject({ code: 2, json: { outcome: 'incomplete', wouldSign: [`signer ${signer}`] } })
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  describe('is refused', () => {
    const refusal = (code: string) => ({ code: 1, json: { error: { code } } })

    it('by the publisher before both keys have signed', async () => {
      expect(await prepare()).toMatchObject({ code: 0 })
      const before = await world.outside()
      expect(await publishSigned()).toMatchObject(refusal('SIGNATURE_MISSING'))
      expect(await world.outside()).toEqual(before)
    })

    it('by the publisher when the folder has changed since', async () => {
      await signedByBoth()
      await world.writeSite({ 'index.html': '<title>changed since</title>' })
      const before = await world.outside()
      expect(await publishSigned()).toMatchObject(refusal('CONTENT_MISMATCH'))
      expect(await world.outside()).toEqual(before)
    })

    it('by the publisher when another release came first', async () => {
      await signedByBoth()
      const mine = `<title>page ${pages}</title>`
      await world.writeSite({ 'index.html': '<title>came first</title>' })
      expect(await runCli(['publish', DOMAIN], { config: world.config.file })).toMatchObject({ code: 0 })
      await world.writeSite({ 'index.html': mine })
      const before = await world.outside()
      expect(await publishSigned()).toMatchObject(refusal('RELEASE_NOT_NEXT'))
      expect(await world.outside()).toEqual(before)
    })

    it('by the publisher when the folder has changed since it was published', async () => {
      await signedByBoth()
      expect(await publishSigned()).toMatchObject({ code: 0, json: { outcome: 'published' } })
      await world.writeSite({ 'index.html': '<title>changed after</title>' })
      expect(await publishSigned()).toMatchObject(refusal('CONTENT_MISMATCH'))
    })

    it('by the publisher when a signature was exchanged', async () => {
      await signedByBoth()
      const signed = JSON.parse(await readFile(file, 'utf8'))
      const bytes = Buffer.from(signed.pqSignature, 'base64')
      bytes[100]! ^= 1
      await writeFile(file, JSON.stringify({ ...signed, pqSignature: bytes.toString('base64') }))
      const before = await world.outside()
      expect(await publishSigned()).toMatchObject(refusal('PQ_SIGNATURE_INVALID'))
      expect(await world.outside()).toEqual(before)
    })

    it('by keys that the chain does not name', async () => {
      expect(await prepare()).toMatchObject({ code: 0 })
      const before = await readFile(file, 'utf8')
      await writeKeyFile(join(vault, 'other-release.json'), {
        kind: 'release',
        secret: generateReleaseKey().seed,
        passphrase: PASSPHRASE,
      })
      expect(await sign('--release-key', 'other-release.json')).toMatchObject(refusal('PQ_KEY_MISMATCH'))
      vi.stubEnv('DOMAINSYNC_PASSPHRASE', undefined)
      expect(await sign('--release-key', 'nowhere.json')).toMatchObject({
        json: { error: { code: 'KEY_FILE_MISSING', next: 'domainsync keys new' } },
      })
      vi.stubEnv('DOMAINSYNC_PASSPHRASE', PASSPHRASE)
      const stranger = await Wallet.createRandom().signMessage('something')
      expect(await sign('--signature', stranger)).toMatchObject(refusal('SIGNER_SIGNATURE_INVALID'))
      expect(await readFile(file, 'utf8')).toBe(before)
    })

    it('when it is no signing file', async () => {
      await writeFile(file, '{}')
      expect(await sign()).toMatchObject(refusal('SIGNING_FILE_MALFORMED'))
      expect(await publishSigned()).toMatchObject(refusal('SIGNING_FILE_MALFORMED'))
      expect(await publishSigned(`${file}.nowhere`)).toMatchObject(refusal('SIGNING_FILE_UNREADABLE'))
    })
  })
})

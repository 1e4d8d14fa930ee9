import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { openReplicas } from '../../packages/cli/dist/wiring/replicas.js'
import { rootFromHash } from '../../packages/core/dist/index.js'
import { importFolder, openBlockStore, writeCar } from '../../packages/ipfs-mirror/dist/index.js'
import { generateReleaseKey } from '../../packages/pq/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'
import { type SignElsewhere, signElsewhere } from '../support/signed-elsewhere.ts'

const page = (text: string) => ({ 'index.html': `<title>${text}</title>`, 'notes/a.txt': 'a' })

describe('domainsync publish --root', { timeout: 60_000 }, () => {
  let world: PublishWorld
  /** A host that has the publisher's key and none that signs releases. */
  let ci: string
  beforeAll(async () => {
    world = await openPublishWorld()
    const config = await world.configWith('ci', ({ keys }) => {
      delete keys!.signer
      delete keys!.release
    })
    ci = config.file
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const publish = (root: string, ...args: string[]) =>
    runCli(['publish', DOMAIN, '--root', root, ...args], { config: ci })

  it('says what it would do and does nothing with --dry-run', async () => {
    const root = await signElsewhere(world, { files: page('first'), release: 1 })
    const before = await world.outside()
    const { code, json } = await publish(`${root}`, '--dry-run')
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'planned', root: `${root}`, release: 1, files: 2 })
    expect(await world.outside()).toEqual(before)
  })

  it('publishes a release that another machine signed, without a key that signs', async () => {
    const root = await signElsewhere(world, { files: page('first'), release: 1 })
    const { code, json } = await publish(`${root}`)
    expect({ code, ...json }).toMatchObject({
      code: 0,
      outcome: 'published',
      release: 1,
      root: `${root}`,
      proof: { need: 2, held: 3 },
      incomplete: [],
    })
    const after = { successes: 1, failures: 0, transactions: 1, live: `${root}`, dns: `${root}` }
    expect(await world.outside()).toEqual(after)

    const again = await publish(`${root}`)
    expect({ code: again.code, ...again.json }).toMatchObject({ code: 0, outcome: 'unchanged', release: 1 })
    const verified = await runCli(['verify', DOMAIN], { config: ci })
    expect({ code: verified.code, ...verified.json }).toMatchObject({ code: 0, release: 1, failures: [] })
    expect(await world.outside()).toEqual(after)
  })

  it('is a method of the library too', async () => {
    const root = await signElsewhere(world, { files: page('by the library'), release: 2 })
    await using publisher = await openPublisher(world.config)
    const plan = await publisher.plan(DOMAIN, { root: `${root}` })
    expect(plan.changes).toEqual([{ kind: 'changed', path: 'index.html' }])
    expect(await publisher.publish(plan)).toMatchObject({ release: 2, root: `${root}`, incomplete: [] })
  })

  it('says unchanged for another signature over the files that are live', async () => {
    const before = await world.outside()
    const root = await signElsewhere(world, { files: page('by the library'), release: 3 })
    const { code, json } = await publish(`${root}`)
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'unchanged', release: 2 })
    expect(await world.outside()).toEqual(before)
  })

  describe('refuses', () => {
    async function expectRefused(root: string, { code, exit = 1 }: { code: string; exit?: number }) {
      const before = await world.outside()
      const end = await publish(root)
      expect(end).toMatchObject({ code: exit, json: { error: { code } } })
      expect(await world.outside()).toEqual(before)
    }

    /** The same in this process, which is faster. */
    async function expectPlanRefused(root: string, code: string) {
      const before = await world.outside()
      await using publisher = await openPublisher(world.config)
      await expect(publisher.plan(DOMAIN, { root })).rejects.toMatchObject({ code })
      expect(await world.outside()).toEqual(before)
    }

    it.each(['nonsense', 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'])('%s', (root) =>
      expectRefused(root, { code: 'ROOT_CID_INVALID' }),
    )

    it('a root that nobody has, and may be asked again', () =>
      expectRefused(`${rootFromHash(`0x${'12'.repeat(32)}`)}`, { code: 'ROOT_UNAVAILABLE', exit: 2 }))

    it('a folder that nobody signed', async () => {
      const folder = await mkdtemp(join(world.folder, 'unsigned-'))
      await writeFile(join(folder, 'index.html'), '<title>unsigned</title>')
      const store = await openBlockStore(join(world.folder, 'unsigned-blocks'))
      const { root } = await importFolder(folder, { store })
      const [first] = await openReplicas(world.config)
      await first!.replica.upload!(root, () => writeCar(root, store))
      await store.close()
      await expectRefused(`${root}`, { code: 'RELEASE_MISSING' })
    })

    const other = generateReleaseKey().signer
    it.each<[string, Partial<SignElsewhere>, string]>([
      ['one of another domain', { statement: { domain: 'auditorsec.com' } }, 'RELEASE_OTHER_DOMAIN'],
      ['one of another chain', { statement: { chainId: 1 } }, 'RELEASE_OTHER_CHAIN'],
      ['one of another registry', { statement: { registry: `0x${'12'.repeat(20)}` } }, 'RELEASE_OTHER_REGISTRY'],
      ['an older number', { release: 2 }, 'RELEASE_NOT_NEXT'],
      ['a later number', { release: 4 }, 'RELEASE_NOT_NEXT'],
      ['another ML-DSA key', { keys: { pq: other } }, 'PQ_KEY_MISMATCH'],
      ['another signer', { keys: { signer: Wallet.createRandom() } }, 'SIGNER_MISMATCH'],
      ['a broken ML-DSA signature', { tamper: (manifest) => brokenSignature(manifest, 0) }, 'PQ_SIGNATURE_INVALID'],
      [
        'a broken signature of the signer',
        { tamper: (manifest) => brokenSignature(manifest, 1) },
        'SIGNER_SIGNATURE_INVALID',
      ],
      ['a list that is not the directory', { statement: { files: [] } }, 'FILES_MISMATCH'],
      [
        'other content than it says',
        { statement: { content: `${rootFromHash(`0x${'34'.repeat(32)}`)}` } },
        'CONTENT_MISMATCH',
      ],
      ['a start page that is missing', { files: { 'other.html': 'x' } }, 'CHECKS_FAILED'],
      [
        'redirects that nobody can read',
        { files: { ...page('x'), _redirects: '/x not-a-target 999' } },
        'REDIRECTS_INVALID',
      ],
    ])('%s', async (what, wanted, code) => {
      const root = await signElsewhere(world, { files: page(what), release: 3, ...wanted })
      await expectPlanRefused(`${root}`, code)
    })

    it('the files of a quarantined release under a new signature', async () => {
      await world.send('healer', { method: 'rollback', value: 1 })
      const root = await signElsewhere(world, { files: page('by the library'), release: 3 })
      await expectRefused(`${root}`, { code: 'CONTENT_QUARANTINED' })
    })

    it('a root together with a folder or with watching', async () => {
      for (const args of [['--from', '.'], ['--watch']]) {
        expect(await publish('bafy', ...args)).toMatchObject({ code: 1, json: { error: { code: 'USAGE' } } })
      }
    })
  })
})

/** The manifest with the first byte of one signature changed. */
function brokenSignature(manifest: Uint8Array, index: 0 | 1): Uint8Array {
  const envelope = JSON.parse(new TextDecoder().decode(manifest))
  const signature = envelope.signatures[index]
  const bytes = Buffer.from(signature.sig, 'base64')
  bytes[0]! ^= 1
  signature.sig = bytes.toString('base64')
  return new TextEncoder().encode(JSON.stringify(envelope))
}

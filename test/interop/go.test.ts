import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAddress, readPqKeyHash } from '../../packages/cli/dist/config/public-id.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import {
  generateRecipientKey,
  generateReleaseKey,
  type HpkeKemName,
  openWith,
  hpkeSuite as portableSuite,
  sealTo,
} from '../../packages/pq/dist/index.js'
import { hpkeSuite } from '../../packages/pq/dist/node/index.js'
import { buildGoInterop, goAbsence } from '../support/go-interop.ts'
import { DOMAIN, openPublishWorld } from '../support/publish-world.ts'
import { startSiteProxy } from '../support/site-proxy.ts'
import { untilServed } from '../support/until-served.ts'

describe.skipIf(goAbsence())('programs of others, in Go', { timeout: 180_000 }, () => {
  const stack = new AsyncDisposableStack()
  let go: ReturnType<typeof buildGoInterop>

  beforeAll(() => {
    go = stack.use(buildGoInterop())
  }, 300_000)
  afterAll(() => stack.disposeAsync())

  it('verify a published release as it is served: ML-DSA-87 by circl, the account by decred', async () => {
    await using world = await openPublishWorld(undefined, { refreshEveryMs: 200 })
    await using publisher = await openPublisher(world.config)
    const from = await world.writeSite({ 'index.html': 'hello', 'ünïcode.txt': 'text' })
    const { root } = await publisher.publish(await publisher.plan(DOMAIN, { from }))
    const [node] = Object.values(world.config.values.providers).map((provider) => (provider as { url: string }).url)
    await untilServed([node!], { host: DOMAIN, root })
    await using site = await startSiteProxy(node!, DOMAIN)
    const served = async (name: string) => {
      const response = await fetch(`http://127.0.0.1:${site.port}/.well-known/domainsync/${name}`)
      expect(response.status).toBe(200)
      return Buffer.from(await response.arrayBuffer())
    }
    const release = {
      envelope: await served('release.json'),
      spki: await served('pq.spki'),
      pqKeyHash: await readPqKeyHash(world.config),
      signer: await readAddress('signer', world.config),
      domain: DOMAIN,
      release: 1,
      chainId: world.chain.chainId,
    }
    const statement = await go.run('verify', release)
    expect(statement).toMatchObject({ predicate: { domain: DOMAIN, release: 1 } })

    const text = release.envelope.toString()
    const at = text.indexOf('"payload":"') + 40
    const changed = Buffer.from(text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1))
    const other = generateReleaseKey().signer
    await expect(go.run('verify', { ...release, envelope: changed })).rejects.toThrow(
      'ML-DSA-87 signature does not hold',
    )
    await expect(go.run('verify', { ...release, release: 2 })).rejects.toThrow('signed by')
    await expect(go.run('verify', { ...release, spki: other.spki })).rejects.toThrow("not the chain's")
    const pqKeyHash = `0x${other.keyId}`
    await expect(go.run('verify', { ...release, spki: other.spki, pqKeyHash })).rejects.toThrow('does not hold')
  })

  const kems: { name: HpkeKemName; kem: number }[] = [
    { name: 'MLKEM1024-P384', kem: 0x51 },
    { name: 'ML-KEM-1024', kem: 0x42 },
  ]
  const suites = kems.flatMap(({ name, kem }) => [
    { name, kem, which: "Node's", suite: hpkeSuite(name) },
    { name, kem, which: 'portable', suite: portableSuite(name) },
  ])

  describe.each(suites)('HPKE with $name of crypto/hpke and ours, $which', ({ kem, suite }) => {
    const plaintext = randomBytes(32)
    const info = Buffer.from('domainsync vault 1')
    const aad = Buffer.from('example.test')
    const bytes = (text: unknown) => new Uint8Array(Buffer.from(`${text}`, 'base64'))

    it('theirs opens what ours sealed, with the same key of a seed', async () => {
      const { seed, publicKey } = await generateRecipientKey(suite)
      const { encapsulated, ciphertext } = await sealTo(publicKey, { suite, plaintext, info, aad })
      const input = { kem, seed, info, aad, encapsulated, ciphertext }
      const opened = await go.run('open', input)
      expect(bytes(opened.publicKey)).toEqual(publicKey)
      expect(Buffer.from(bytes(opened.plaintext))).toEqual(plaintext)
      await expect(go.run('open', { ...input, aad: info })).rejects.toThrow()
    })

    it('ours opens what theirs sealed', async () => {
      const { seed, publicKey } = await generateRecipientKey(suite)
      const sealed = await go.run('seal', { kem, publicKey, info, aad, plaintext })
      const parts = { encapsulated: bytes(sealed.encapsulated), ciphertext: bytes(sealed.ciphertext) }
      expect(Buffer.from(await openWith(seed, { suite, ...parts, info, aad }))).toEqual(plaintext)
      await expect(openWith(seed, { suite, ...parts, info: aad, aad })).rejects.toThrow(
        expect.objectContaining({ code: 'HPKE_OPEN_FAILED' }),
      )
    })
  })
})

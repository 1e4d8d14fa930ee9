import { join } from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateRecipientKey, openWith, sealTo } from '../../packages/pq/dist/index.js'
import { hpkeSuite, nativeMlDsa, nativeMlKem } from '../../packages/pq/dist/node/index.js'
import { startServer } from '../../packages/sdk/src/http-server.test.support.ts'
import { chromiumAbsence, startChromium } from '../support/chromium.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const bytes = (text: unknown) => new Uint8Array(Buffer.from(`${text}`, 'base64'))

describe.skipIf(chromiumAbsence())('post-quantum cryptography in Chromium and in Node', { timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let page: Page
  let code: string

  beforeAll(async () => {
    const entry = join(import.meta.dirname, '../../packages/pq/dist/index.js')
    const options = { bundle: true, write: false, platform: 'browser', format: 'iife', globalName: 'pq' } as const
    const { outputFiles } = await build({ entryPoints: [entry], ...options })
    code = outputFiles[0]!.text
    const server = stack.use(
      await startServer((_, response) => {
        response.setHeader('content-type', 'text/html')
        response.end('<title>pq</title>')
      }),
    )
    page = await stack.use(await startChromium()).newPage()
    // WebCrypto is there on pages of this machine and on those of https.
    await page.goto(server.url)
    await page.addScriptTag({ content: code })
    await page.addScriptTag({
      content: `
        const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
        const base64 = (bytes) => btoa(String.fromCharCode(...bytes))`,
    })
  })
  afterAll(() => stack.disposeAsync())

  const inPage = (script: string) => page.evaluate(`(async () => { ${script} })()`) as Promise<Record<string, string>>

  it.each(['MLKEM1024-P384', 'ML-KEM-1024'] as const)(
    'HPKE with %s: the same key, each opens what the other sealed',
    async (name) => {
      const suite = hpkeSuite(name)
      const { seed, publicKey } = await generateRecipientKey(suite)
      const [plaintext, info, aad] = ['a data key', 'domainsync vault 1', 'example.test'].map((text) =>
        Buffer.from(text),
      )
      const ours = await sealTo(publicKey, { suite, plaintext: plaintext!, info: info!, aad: aad! })
      const theirs = await inPage(`
      const suite = pq.hpkeSuite('${name}')
      const [seed, info, aad] = ${JSON.stringify([seed, info!, aad!].map(base64))}.map(bytes)
      const { publicKey } = await pq.generateRecipientKey(suite, seed)
      const [encapsulated, ciphertext] = ${JSON.stringify([ours.encapsulated, ours.ciphertext].map(base64))}.map(bytes)
      const opened = await pq.openWith(seed, { suite, encapsulated, ciphertext, info, aad })
      const sealed = await pq.sealTo(publicKey, { suite, plaintext: opened, info, aad })
      const { encapsulated: key, ciphertext: body } = sealed
      return { publicKey: base64(publicKey), opened: base64(opened), key: base64(key), body: base64(body) }`)
      expect(bytes(theirs.publicKey)).toEqual(publicKey)
      expect(bytes(theirs.opened)).toEqual(new Uint8Array(plaintext!))
      const sealed = { encapsulated: bytes(theirs.key), ciphertext: bytes(theirs.body) }
      expect(await openWith(seed, { suite, ...sealed, info: info!, aad: aad! })).toEqual(new Uint8Array(plaintext!))
    },
  )

  it('ML-DSA-87 and ML-KEM-1024: the same keys, each accepts what the other made', async () => {
    const [seed, kemSeed] = [crypto.getRandomValues(new Uint8Array(32)), crypto.getRandomValues(new Uint8Array(64))]
    const signer = nativeMlDsa.signer(seed)
    const holder = nativeMlKem.decapsulator(kemSeed)
    const message = Buffer.from('a release')
    const { sharedSecret, ciphertext } = nativeMlKem.encapsulate(holder.encapsulationKey)
    const inputs = [seed, kemSeed, message, await signer.sign(message), ciphertext].map(base64)
    const theirs = await inPage(`
      const [seed, kemSeed, message, signature, ciphertext] = ${JSON.stringify(inputs)}.map(bytes)
      const signer = pq.nobleMlDsa.signer(seed)
      const holder = pq.nobleMlKem.decapsulator(kemSeed)
      const sent = pq.nobleMlKem.encapsulate(holder.encapsulationKey)
      return {
        accepted: pq.nobleMlDsa.verify(signature, { message, publicKey: signer.publicKey }),
        keyId: signer.keyId,
        signature: base64(await signer.sign(message)),
        opened: base64(holder.decapsulate(ciphertext)),
        ciphertext: base64(sent.ciphertext),
        sharedSecret: base64(sent.sharedSecret),
      }`)
    expect(theirs).toMatchObject({ accepted: true, keyId: signer.keyId, opened: base64(sharedSecret) })
    expect(nativeMlDsa.verify(bytes(theirs.signature), { message, publicKey: signer.publicKey })).toBe(true)
    expect(base64(holder.decapsulate(bytes(theirs.ciphertext)))).toBe(theirs.sharedSecret)
  })

  it('says that HPKE needs https where the browser has no WebCrypto', async () => {
    const plain = await page.context().newPage()
    await plain.goto('data:text/html,plain')
    await plain.addScriptTag({ content: code })
    const found = await plain.evaluate(`(async () => {
      const suite = pq.hpkeSuite('MLKEM1024-P384')
      const { seed, publicKey } = await pq.generateRecipientKey(suite)
      return pq.sealTo(publicKey, { suite, plaintext: seed }).then(() => 'sealed', ({ code }) => code)
    })()`)
    expect(found).toBe('HPKE_UNAVAILABLE')
  })
})

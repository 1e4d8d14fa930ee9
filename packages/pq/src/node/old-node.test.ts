import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateRecipientKey } from '../hpke/recipient-key.ts'
import { sealTo } from '../hpke/seal-to.ts'
import { account, passphrase, secret, temporaryFolder } from '../test/key-file-fixture.ts'
import { hpkeSuite } from './hpke-suite.ts'
import { nativeMlDsa } from './native-ml-dsa.ts'
import { writeKeyFile } from './write-key-file.ts'

const run = promisify(execFile)
const ENTRY = join(import.meta.dirname, 'index.ts')

/** Takes from `node:crypto` what a Node 20 does not have. */
const NODE_20 = `
  const createPrivateKey = crypto.createPrivateKey
  crypto.createPrivateKey = (key) => {
    if (key.format === 'der') throw new Error('unsupported')
    return createPrivateKey(key)
  }
  for (const name of ['argon2', 'argon2Sync', 'encapsulate', 'decapsulate']) delete crypto[name]`

/** A Node whose `verify` took no notice of contexts. */
const NO_CONTEXTS = `
  const verify = crypto.verify
  crypto.verify = (algorithm, data, key, signature) => verify(algorithm, data, key.key ?? key, signature)`

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => rm(folder, { recursive: true }))

/** What a script says in a Node whose `node:crypto` is first made to be like another's. */
async function inNode(change: string, script: string): Promise<unknown> {
  const preload = join(folder, `${change.length}.mjs`)
  await writeFile(
    preload,
    `import { createRequire, syncBuiltinESMExports } from 'node:module'
     const crypto = createRequire(import.meta.url)('node:crypto')
     ${change}
     syncBuiltinESMExports()`,
  )
  const source = `import * as pq from ${JSON.stringify(ENTRY)}; ${script}`
  const { stdout } = await run(process.execPath, ['--import', preload, '--input-type=module', '--eval', source])
  return JSON.parse(stdout)
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe("where Node's crypto is older", () => {
  it('everything is done in JavaScript, with the same bytes', { timeout: 60_000 }, async () => {
    const suite = hpkeSuite('MLKEM1024-P384')
    const { seed, publicKey } = await generateRecipientKey(suite)
    const sealed = await sealTo(publicKey, { suite, plaintext: secret })
    const path = join(folder, 'account.key')
    await writeKeyFile(path, account)

    const told = await inNode(
      NODE_20,
      `const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'))
       const hex = (bytes) => Buffer.from(bytes).toString('hex')
       const suite = pq.hpkeSuite('MLKEM1024-P384')
       const sealed = { encapsulated: bytes('${hex(sealed.encapsulated)}'), ciphertext: bytes('${hex(sealed.ciphertext)}') }
       console.log(JSON.stringify({
         backends: [pq.bestMlDsa().name, pq.bestMlKem().name],
         keyId: pq.bestMlDsa().signer(bytes('${hex(secret)}')).keyId,
         opened: hex(await pq.openWith(bytes('${hex(seed)}'), { suite, ...sealed })),
         fromFile: hex((await pq.readKeyFile(${JSON.stringify(path)}, { passphrase: '${passphrase}' })).secret),
       }))`,
    )
    expect(told).toEqual({
      backends: ['noble', 'noble'],
      keyId: nativeMlDsa.signer(secret).keyId,
      opened: hex(secret),
      fromFile: hex(secret),
    })
  })

  it('ML-DSA is not the native one when that takes no notice of contexts', async () => {
    const script = 'console.log(JSON.stringify([pq.bestMlDsa().name, pq.bestMlKem().name]))'
    expect(await inNode(NO_CONTEXTS, script)).toEqual(['noble', 'native'])
    expect(await inNode('', script)).toEqual(['native', 'native'])
  })
})

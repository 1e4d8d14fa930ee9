import { execFileSync } from 'node:child_process'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  forgeKeyFile,
  type KeyFileJson,
  keyFileText,
  passphrase,
  secret,
  temporaryFolder,
} from '../test/key-file-fixture.ts'
import { type OpenedKey, readKeyFile, readKeyIdentity } from './read-key-file.ts'

let goodText: string
beforeAll(async () => {
  goodText = await keyFileText()
})

const coded = (code: string) => expect.objectContaining({ code })

let folder: string
let path: string

beforeEach(async () => {
  folder = await temporaryFolder()
  path = join(folder, 'owner.key')
})

afterEach(() => rm(folder, { recursive: true }))

async function place(text: string, mode = 0o600): Promise<void> {
  await writeFile(path, text)
  await chmod(path, mode)
}

const open = (): Promise<OpenedKey> => readKeyFile(path, { passphrase })

function forge(change: (file: KeyFileJson) => void): string {
  return forgeKeyFile(goodText, change)
}

describe('reading refuses', () => {
  it.each(['Correct horse battery staple', `${passphrase} `, ''])('the wrong passphrase %j', async (wrong) => {
    await place(goodText)
    const failed = readKeyFile(path, { passphrase: wrong })
    await expect(failed).rejects.toThrow(coded('KEY_PASSPHRASE_WRONG'))
    await expect(failed).rejects.toThrow(expect.objectContaining({ message: expect.not.stringContaining('staple') }))
  })

  it('a file that is not there', async () => {
    await expect(open()).rejects.toThrow(coded('KEY_FILE_MISSING'))
  })

  it.each([0o640, 0o604, 0o660, 0o644, 0o610, 0o602, 0o777])('mode %o, before it reads a byte', async (mode) => {
    await place('no key file at all', mode)
    await expect(open()).rejects.toThrow(coded('KEY_FILE_MODE'))
    await expect(readKeyIdentity(path)).rejects.toThrow(coded('KEY_FILE_MODE'))
  })

  it.each([0o600, 0o400])('not mode %o', async (mode) => {
    await place(goodText, mode)
    expect((await open()).secret).toEqual(secret)
  })

  it('a folder, a pipe and a large file', async () => {
    await mkdir(join(folder, 'folder'))
    execFileSync('mkfifo', ['-m', '600', join(folder, 'pipe')])
    await writeFile(join(folder, 'large'), `${goodText}${' '.repeat(20_000)}`, { mode: 0o600 })
    for (const name of ['folder', 'pipe', 'large']) {
      await expect(readKeyFile(join(folder, name), { passphrase }), name).rejects.toThrow(coded('KEY_FILE_DAMAGED'))
    }
  })

  it.each(['', '{}', '[]', 'null', '"text"', '{"format":"domainsync-key","version":1}', '\u0000\u0001'])(
    'what is no key file: %j',
    async (text) => {
      await place(text)
      await expect(open()).rejects.toThrow(coded('KEY_FILE_DAMAGED'))
    },
  )

  it('a file cut short anywhere', async () => {
    for (let length = 0; length < goodText.trimEnd().length; length += 7) {
      await place(goodText.slice(0, length))
      await expect(open()).rejects.toThrow(coded('KEY_FILE_DAMAGED'))
    }
  })

  it('a change of any character of any value, before it needs the passphrase', async () => {
    const places = [...goodText.matchAll(/[0-9a-zA-Z]/g)].map(({ index }) => index)
    expect(places.length).toBeGreaterThan(300)
    for (const at of places) {
      const other = goodText[at] === '2' ? '3' : '2'
      await place(goodText.slice(0, at) + other + goodText.slice(at + 1))
      const code = goodText.slice(0, at).endsWith('"version": ') ? 'KEY_FILE_VERSION' : 'KEY_FILE_DAMAGED'
      await expect(readKeyIdentity(path), `character ${at}`).rejects.toThrow(coded(code))
    }
  })

  it('a value that is said twice, even when it is the right one', async () => {
    await place(goodText.replace('"passes": 3,', '"passes": 3, "passes": 3,'))
    await expect(open()).rejects.toThrow(coded('KEY_FILE_DAMAGED'))
  })

  it('a version of the future', async () => {
    await place(forge((file) => Object.assign(file, { version: 2 })))
    await expect(open()).rejects.toThrow(coded('KEY_FILE_VERSION'))
  })

  it.each<[string, (file: KeyFileJson) => void]>([
    ['another address', (file) => Object.assign(file, { address: `0x${'ab'.repeat(20)}` })],
    ['another salt', (file) => Object.assign(file.kdf, { salt: '00'.repeat(16) })],
    ['fewer passes', (file) => Object.assign(file.kdf, { passes: 1 })],
    ['less memory', (file) => Object.assign(file.kdf, { memoryKiB: 64 })],
    ['another nonce', (file) => Object.assign(file.cipher, { nonce: '00'.repeat(12) })],
    ['another tag', (file) => Object.assign(file, { ciphertext: file.ciphertext.slice(0, 64) + '00'.repeat(16) })],
    ['another secret', (file) => Object.assign(file, { ciphertext: '00'.repeat(32) + file.ciphertext.slice(64) })],
  ])('a forged header or body although its checksum is right: %s', async (_, change) => {
    await place(forge(change))
    await expect(open()).rejects.toThrow(coded('KEY_PASSPHRASE_WRONG'))
  })

  it('an account file dressed as a release key', async () => {
    await place(
      forge((file) => {
        const { address: _, ciphertext, kdf, cipher } = file
        for (const key of Object.keys(file)) delete file[key]
        Object.assign(file, { format: 'domainsync-key', version: 1, kind: 'release', keyId: '00'.repeat(32) })
        Object.assign(file, { kdf, cipher, ciphertext })
      }),
    )
    expect(await readKeyIdentity(path)).toEqual({ kind: 'release', keyId: '00'.repeat(32) })
    await expect(open()).rejects.toThrow(coded('KEY_PASSPHRASE_WRONG'))
  })

  it.each<[string, (file: KeyFileJson) => void]>([
    ['an unknown key', (file) => Object.assign(file, { extra: 1 })],
    ['an unknown key of the derivation', (file) => Object.assign(file.kdf, { secret: '' })],
    ['another derivation', (file) => Object.assign(file.kdf, { name: 'argon2i' })],
    ['another cipher', (file) => Object.assign(file.cipher, { name: 'AES-128-GCM' })],
    ['a short salt', (file) => Object.assign(file.kdf, { salt: '00' })],
    ['a short ciphertext', (file) => Object.assign(file, { ciphertext: '00'.repeat(47) })],
    ['an unknown kind', (file) => Object.assign(file, { kind: 'vault' })],
    ['no passes', (file) => Object.assign(file.kdf, { passes: 0 })],
    ['a fraction of a pass', (file) => Object.assign(file.kdf, { passes: 1.5 })],
    ['memory as text', (file) => Object.assign(file.kdf, { memoryKiB: '65536' })],
  ])('%s', async (_, change) => {
    await place(forge(change))
    await expect(open()).rejects.toThrow(coded('KEY_FILE_DAMAGED'))
  })

  it.each([
    { memoryKiB: 262_145 },
    { memoryKiB: 4_294_967_295 },
    { passes: 11 },
    { passes: 4_294_967_295 },
    { parallelism: 17 },
    { parallelism: 16, memoryKiB: 127 },
  ])('costs that would exhaust the machine: %o', async (cost) => {
    await place(forge((file) => Object.assign(file.kdf, cost)))
    await expect(open()).rejects.toThrow(coded('KEY_FILE_COST'))
  })

  it('to go on after an abort', async () => {
    await place(goodText)
    const signal = AbortSignal.abort(new Error('stop'))
    await expect(readKeyFile(path, { passphrase, signal })).rejects.toThrow('stop')
  })
})

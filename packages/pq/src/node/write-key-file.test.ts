import { argon2Sync } from 'node:crypto'
import { link, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { argon2id } from '@noble/hashes/argon2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { Wallet } from 'ethers'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generateReleaseKey } from '../release-key.ts'
import { account, keyFileText, passphrase, randomSecret, secret, temporaryFolder } from '../test/key-file-fixture.ts'
import { type OpenedKey, readKeyFile, readKeyIdentity } from './read-key-file.ts'
import { type WriteKeyFileOptions, writeKeyFile } from './write-key-file.ts'

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

const open = (): Promise<OpenedKey> => readKeyFile(path, { passphrase })

describe('a key file', () => {
  it('gives back an account key, with the address ethers gives it', async () => {
    const address = new Wallet(`0x${bytesToHex(secret)}`).address.toLowerCase()
    expect(await writeKeyFile(path, account)).toEqual({ kind: 'account', address })
    expect(await open()).toEqual({ kind: 'account', address, secret })
    expect(await readKeyIdentity(path)).toEqual({ kind: 'account', address })
  })

  it('gives back a release key that signs as before', async () => {
    const { seed, signer } = generateReleaseKey()
    expect(await writeKeyFile(path, { kind: 'release', secret: seed, passphrase })).toEqual({
      kind: 'release',
      keyId: signer.keyId,
    })
    const opened = await open()
    expect(opened).toEqual({ kind: 'release', keyId: signer.keyId, secret: seed })
    expect(generateReleaseKey(opened.secret).signer.keyId).toBe(signer.keyId)
  })

  it('is for its owner alone, whatever the umask', async () => {
    const umask = process.umask(0)
    try {
      await writeKeyFile(path, account)
    } finally {
      process.umask(umask)
    }
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['owner.key'])
  })

  it('says what it is and nothing of the secret', async () => {
    expect(JSON.parse(goodText)).toMatchObject({
      format: 'domainsync-key',
      version: 1,
      kind: 'account',
      kdf: { name: 'argon2id', memoryKiB: 65536, passes: 3, parallelism: 4 },
      cipher: { name: 'AES-256-GCM' },
    })
    expect(goodText).not.toContain(bytesToHex(secret).slice(0, 16))
  })

  it('never has the same salt, nonce or ciphertext twice', async () => {
    await writeKeyFile(path, account)
    const [one, two] = [JSON.parse(goodText), JSON.parse(await readFile(path, 'utf8'))]
    expect(one.kdf.salt).not.toBe(two.kdf.salt)
    expect(one.cipher.nonce).not.toBe(two.cipher.nonce)
    expect(one.ciphertext).not.toBe(two.ciphertext)
  })

  it('opens with other implementations of argon2id and AES-GCM', async () => {
    const { ciphertext, checksum: _, ...header } = JSON.parse(goodText)
    const { memoryKiB: m, passes: t, parallelism: p, salt } = header.kdf
    const raw = argon2id(passphrase, Buffer.from(salt, 'hex'), { m, t, p, dkLen: 32 })
    const key = await crypto.subtle.importKey('raw', Buffer.from(raw), 'AES-GCM', false, ['decrypt'])
    const additionalData = Buffer.from(JSON.stringify(header))
    const iv = Buffer.from(header.cipher.nonce, 'hex')
    const plain = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData },
      key,
      Buffer.from(ciphertext, 'hex'),
    )
    expect(new Uint8Array(plain)).toEqual(secret)
  })

  it('opens with the passphrase in either Unicode form', async () => {
    await writeKeyFile(path, { ...account, passphrase: 'caf\u00e9' })
    expect((await readKeyFile(path, { passphrase: 'cafe\u0301' })).secret).toEqual(secret)
  })

  it('opens through a link, and with other white space', async () => {
    await writeFile(path, JSON.stringify(JSON.parse(goodText)), { mode: 0o600 })
    await symlink(path, join(folder, 'link'))
    expect((await readKeyFile(join(folder, 'link'), { passphrase })).secret).toEqual(secret)
  })
})

describe('writing', () => {
  it('never replaces a file unless told to', async () => {
    await writeFile(path, 'precious')
    await expect(writeKeyFile(path, account)).rejects.toThrow(coded('KEY_FILE_EXISTS'))
    expect(await readFile(path, 'utf8')).toBe('precious')
    expect(await readdir(folder)).toEqual(['owner.key'])

    await writeKeyFile(path, { ...account, overwrite: true })
    expect((await open()).secret).toEqual(secret)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['owner.key'])
  })

  it('does not follow a link to a file of another, nor change the other name of a file', async () => {
    await writeFile(join(folder, 'target'), 'precious')
    await symlink(join(folder, 'target'), path)
    await expect(writeKeyFile(path, account)).rejects.toThrow(coded('KEY_FILE_EXISTS'))
    await link(join(folder, 'target'), join(folder, 'twin'))
    await writeKeyFile(join(folder, 'twin'), { ...account, overwrite: true })
    expect(await readFile(join(folder, 'target'), 'utf8')).toBe('precious')
  })

  it('lets exactly one of several writers win', async () => {
    const writers = ['1', '2', '3'].map((name) => writeKeyFile(path, { ...account, secret: randomSecret(name) }))
    const results = await Promise.allSettled(writers)
    const [winner, ...others] = results.filter(({ status }) => status === 'fulfilled')
    expect(others).toEqual([])
    const { secret: _, ...identity } = await open()
    expect(winner).toMatchObject({ value: identity })
    expect(await readdir(folder)).toEqual(['owner.key'])
  })

  it('leaves nothing behind in a folder that is not there', async () => {
    await expect(writeKeyFile(join(folder, 'no', 'key'), account)).rejects.toThrow(coded('KEY_FILE_UNWRITABLE'))
    expect(await readdir(folder)).toEqual([])
  })

  it('refuses an empty passphrase', async () => {
    await expect(writeKeyFile(path, { ...account, passphrase: '' })).rejects.toThrow(coded('KEY_PASSPHRASE_EMPTY'))
    expect(await readdir(folder)).toEqual([])
  })

  it.each<[WriteKeyFileOptions['kind'], number, number]>([
    ['account', 31, 1],
    ['account', 33, 1],
    ['account', 32, 0],
    ['account', 32, 255],
    ['release', 31, 1],
    ['release', 33, 1],
  ])('refuses an %s secret of %i bytes of %i', async (kind, length, byte) => {
    const wrong = { kind, secret: new Uint8Array(length).fill(byte), passphrase }
    await expect(writeKeyFile(path, wrong)).rejects.toThrow(coded('KEY_SECRET_INVALID'))
    expect(await readdir(folder)).toEqual([])
  })

  it.each<WriteKeyFileOptions['kind']>(['account', 'release'])(
    'refuses an %s secret that nobody drew',
    async (kind) => {
      const weak = { kind, secret: new Uint8Array(32).fill(5), passphrase }
      await expect(writeKeyFile(path, weak)).rejects.toThrow(coded('PQ_SEED_WEAK'))
      expect(await readdir(folder)).toEqual([])
    },
  )

  it('writes nothing after an abort', async () => {
    const controller = new AbortController()
    const writing = writeKeyFile(path, { ...account, signal: controller.signal })
    controller.abort(new Error('stop'))
    await expect(writing).rejects.toThrow('stop')
    expect(await readdir(folder)).toEqual([])
  })
})

describe("Node's argon2id", () => {
  it('gives the tag of RFC 9106 §5.3', () => {
    const tag = argon2Sync('argon2id', {
      message: Buffer.alloc(32, 1),
      nonce: Buffer.alloc(16, 2),
      secret: Buffer.alloc(8, 3),
      associatedData: Buffer.alloc(12, 4),
      parallelism: 4,
      memory: 32,
      passes: 3,
      tagLength: 32,
    })
    expect(tag.toString('hex')).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659')
  })
})

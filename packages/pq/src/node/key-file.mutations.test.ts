import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DomainSyncError } from '@domainsync/core'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { forgeKeyFile, type KeyFileJson, passphrase, secret, temporaryFolder } from '../test/key-file-fixture.ts'
import { MUTATION_RUNS, type Mutation, mutations } from '../test/mutations.ts'
import { sealKey } from './key-file-cipher.ts'
import { encodeKeyFile } from './key-file-format.ts'
import { type KeyKind, keyIdentity } from './key-identity.ts'
import { readKeyFile } from './read-key-file.ts'

/** The least that argon2id knows, so that thousands can be opened. It stands in the header, where files may ask for less. */
const cost = { memoryKiB: 8, passes: 1, parallelism: 1 }

let folder: string
let good: Buffer
let other: Buffer

beforeAll(async () => {
  folder = await temporaryFolder()
  good = await keyFile('account')
  other = await keyFile('release')
})
afterAll(() => rm(folder, { recursive: true }))

async function keyFile(kind: KeyKind): Promise<Buffer> {
  const sealed = await sealKey(secret, { identity: await keyIdentity(kind, secret), passphrase, cost })
  return Buffer.from(encodeKeyFile(sealed))
}

/** One change of one value, with the checksum right again: what an attacker writes, not what damage leaves. */
const forgeries: fc.Arbitrary<Mutation> = fc
  .oneof(
    hexChange().map((change) => (file: KeyFileJson) => {
      file.ciphertext = change(file.ciphertext)
    }),
    hexChange().map((change) => ({ kdf }: KeyFileJson) => {
      kdf.salt = change(kdf.salt as string)
    }),
    hexChange().map((change) => ({ cipher }: KeyFileJson) => {
      cipher.nonce = change(cipher.nonce as string)
    }),
    hexChange().map((change) => (file: KeyFileJson) => {
      file.address = `0x${change((file.address as string).slice(2))}`
    }),
    fc
      .record({ memoryKiB: fc.nat(64), passes: fc.nat(3), parallelism: fc.nat(3) })
      .map((cheaper) => ({ kdf }: KeyFileJson) => {
        Object.assign(kdf, cheaper)
      }),
    fc.constantFrom(-1, 0, 0.5, 2, 1e9, '1', null).map((version) => (file: KeyFileJson) => {
      file.version = version
    }),
    fc.constantFrom('argon2i', 'argon2d', 'scrypt', '').map((name) => ({ kdf }: KeyFileJson) => {
      kdf.name = name
    }),
    fc.constantFrom('AES-128-GCM', 'AES-256-CTR', 'none').map((name) => ({ cipher }: KeyFileJson) => {
      cipher.name = name
    }),
    fc.constantFrom('kdf', 'cipher', 'ciphertext').map((part) => (file: KeyFileJson) => {
      file[part] = JSON.parse(other.toString())[part]
    }),
  )
  .map(
    (change): Mutation =>
      (bytes) =>
        Buffer.from(forgeKeyFile(Buffer.from(bytes).toString(), change)),
  )

/** Another digit somewhere, or some digits too few. */
function hexChange(): fc.Arbitrary<(hex: string) => string> {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  return fc.oneof(
    fc.tuple(place, fc.integer({ min: 1, max: 15 })).map(([at, step]) => (hex: string) => {
      const index = Math.floor(at * hex.length)
      const digit = (Number.parseInt(hex[index]!, 16) + step) % 16
      return hex.slice(0, index) + digit.toString(16) + hex.slice(index + 1)
    }),
    place.map((at) => (hex: string) => hex.slice(0, Math.floor(at * hex.length))),
  )
}

/** White space may stand anywhere between values. */
const compact = (bytes: Uint8Array) => Buffer.from(bytes).toString().replace(/\s/g, '')

it(`a key file is refused after any of ${MUTATION_RUNS} random changes, with a code and without a trace`, {
  timeout: 120_000,
}, async () => {
  const path = join(folder, 'owner.key')
  const codes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutations(other), forgeries), async (mutate) => {
      const bad = mutate(good)
      fc.pre(compact(bad) !== compact(good) && compact(bad) !== compact(other))
      await writeFile(path, bad, { mode: 0o600 })
      const error = await readKeyFile(path, { passphrase }).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(DomainSyncError)
      codes.add((error as DomainSyncError).code)
    }),
    { numRuns: MUTATION_RUNS },
  )
  expect(await readdir(folder)).toEqual(['owner.key'])
  // Not all of them by the checksum: the cipher was asked, too.
  expect([...codes]).toEqual(
    expect.arrayContaining(['KEY_FILE_DAMAGED', 'KEY_FILE_VERSION', 'KEY_FILE_COST', 'KEY_PASSPHRASE_WRONG']),
  )
})

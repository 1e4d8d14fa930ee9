import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nobleMlDsa } from '../noble-ml-dsa.ts'
import { nobleMlKem } from '../noble-ml-kem.ts'
import { generateReleaseKey } from '../release-key.ts'
import { hpkeSuite, nativeMlDsa, nativeMlKem, openWith, readKeyFile, writeKeyFile } from './index.ts'

const PASSPHRASE = 'a passphrase that no error shows'
const secret = randomBytes(32)
const long = Buffer.concat([secret, secret])

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domainsync-errors-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const file = (name: string) => join(folder, name)
const write = (path: string, options: object = {}) =>
  writeKeyFile(path, { kind: 'release', secret, passphrase: PASSPHRASE, ...options })

it.each<[string, () => unknown]>([
  ['a seed of a wrong length', () => nativeMlDsa.signer(long)],
  ['a seed of a wrong length, noble', () => nobleMlDsa.signer(long)],
  ['a seed as text', () => nativeMlDsa.signer(secret.toString('hex') as never)],
  ['a KEM seed of a wrong length', () => nativeMlKem.decapsulator(secret)],
  ['a KEM seed of a wrong length, noble', () => nobleMlKem.decapsulator(secret)],
  ['a weak seed', () => generateReleaseKey(new Uint8Array(32).fill(secret[0]!))],
  ['a file that exists', async () => [await write(file('twice')), await write(file('twice'))]],
  ['a folder that is missing', () => write(file('missing/key'))],
  ['a secret of a wrong length', () => write(file('long'), { secret: long })],
  [
    'a wrong passphrase',
    async () => [await write(file('other')), await readKeyFile(file('other'), { passphrase: `${PASSPHRASE}!` })],
  ],
  [
    'a damaged file',
    async () => [
      await writeFile(file('damaged'), `{"${PASSPHRASE}": "${secret.toString('hex')}`, { mode: 0o600 }),
      await readKeyFile(file('damaged'), { passphrase: PASSPHRASE }),
    ],
  ],
  [
    'a ciphertext for another key',
    async () =>
      openWith(secret, { suite: hpkeSuite('MLKEM1024-P384'), encapsulated: randomBytes(1665), ciphertext: long }),
  ],
])('an error about %s holds no secret, however deep one looks', async (_, provoke) => {
  let error: unknown
  try {
    await provoke()
  } catch (caught) {
    error = caught
  }
  expect(error).toHaveProperty('code')
  const core = inspect(error, { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null })
  const bytes = inspect(secret, { maxArrayLength: null })
  for (const needle of [
    PASSPHRASE,
    secret.toString('hex'),
    secret.toString('base64'),
    bytes.slice(8, -1),
    [...secret].join(', '),
  ]) {
    expect(core).not.toContain(needle)
  }
})

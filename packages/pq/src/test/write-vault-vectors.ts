// `node packages/pq/dist/test/write-vault-vectors.js <folder>`: docs/vectors/vault anew. Other bytes each time, the same meaning.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encryptArchive } from '../node/vault/encrypt-archive.ts'
import { encodeRecipient, recipientOf } from '../node/vault/recipient.ts'
import { archiveKey, chunksOf, collect, makeBackup, pq, seedOf, signer, trust } from './vault-fixture.ts'

const folder = process.argv[2]!
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

const context = { domain: 'bücher.example', purpose: 'domainsync-backup' }
const sizes = [0, 1, 99, 100, 101, 300]
const cases = await Promise.all(
  sizes.map(async (size) => {
    const plain = Buffer.from(Array.from({ length: size }, (_, at) => at % 256))
    const options = { archiveKey, keyName: 'archive', context, frameBytes: 100 }
    return { plain: hex(plain), archive: hex(await collect(encryptArchive(chunksOf(plain), options))) }
  }),
)
const whole = Buffer.from(cases.at(-1)!.archive, 'hex')
const changed = (at: number, value?: number) => {
  const bytes = Buffer.from(whole)
  const index = at < 0 ? bytes.length + at : at
  bytes[index] = value ?? bytes[index]! ^ 1
  return hex(bytes)
}
const other = hex(seedOf('another archive key'))
const refused = [
  { what: 'version 1', archive: changed(0, 1), code: 'ARCHIVE_UNSUPPORTED' },
  { what: 'a suite without key commitment', archive: changed(1, 1), code: 'ARCHIVE_UNSUPPORTED' },
  { what: 'another message id', archive: changed(3), code: 'ARCHIVE_TAMPERED' },
  { what: 'another context', archive: changed(45), code: 'ARCHIVE_KEY_WRONG' },
  { what: 'a changed tag of the last frame', archive: changed(-1), code: 'ARCHIVE_TAMPERED' },
  { what: 'one byte less', archive: hex(whole.subarray(0, -1)), code: 'ARCHIVE_TRUNCATED' },
  { what: 'one byte more', archive: `${hex(whole)}00`, code: 'ARCHIVE_TAMPERED' },
  { what: 'another archive key', archive: hex(whole), archiveKey: other, code: 'ARCHIVE_KEY_WRONG' },
]
const [one, two] = [await makeBackup(7), await makeBackup(8)]
const recipients = [
  { label: 'alice', seed: hex(seedOf('alice')), file: text(encodeRecipient(await recipientOf(seedOf('alice')))) },
  {
    label: 'bob',
    seed: hex(seedOf('bob')),
    file: text(encodeRecipient(await recipientOf(seedOf('bob'), 'ML-KEM-1024'))),
  },
]
const files = ({ statement, recipients: list, archive }: typeof one) => ({
  'statement.json': text(statement),
  'recipients.json': text(list),
  archive: hex(archive),
})

await mkdir(folder, { recursive: true })
const write = (name: string, value: object) => writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`)
await write('archive.json', {
  archiveKey: hex(archiveKey),
  keyName: 'archive',
  context,
  frameBytes: 100,
  cases,
  refused,
})
await write('backup.json', {
  trust: { ...trust, signer: signer.address.toLowerCase() },
  'pq.spki': hex(pq.spki),
  archiveKey: hex(archiveKey),
  plain: one.plain,
  recipients,
  backup: files(one),
  other: files(two),
})

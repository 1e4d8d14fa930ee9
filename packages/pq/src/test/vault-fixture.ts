import { createHash } from 'node:crypto'
import { Wallet } from 'ethers'
import { nativeMlDsa } from '../node/native-ml-dsa.ts'
import { archiveContext } from '../node/vault/backup-document.ts'
import type { BackupName } from '../node/vault/backup-statement.ts'
import { encryptArchive } from '../node/vault/encrypt-archive.ts'
import { recipientOf } from '../node/vault/recipient.ts'
import { signBackup, signRecipientList } from '../node/vault/sign-backup.ts'
import { type NamedRecipient, wrapArchiveKey } from '../node/vault/wrap-archive-key.ts'
import { spkiHash } from '../spki.ts'

/** 32 bytes that nobody guesses and every run has. */
export const seedOf = (name: string) => new Uint8Array(createHash('sha256').update(name).digest())

export const pq = nativeMlDsa.signer(seedOf('release key'))
export const signer = new Wallet(`0x${Buffer.from(seedOf('signer')).toString('hex')}`)
export const trust = { pqKeyHash: spkiHash(pq.spki) }
export const archiveKey = seedOf('archive key')
export const createdAt = '2026-11-23T00:00:00.000Z'

export const recipients = async (): Promise<NamedRecipient[]> => [
  { ...(await recipientOf(seedOf('alice'))), label: 'alice' },
  { ...(await recipientOf(seedOf('bob'), 'ML-KEM-1024')), label: 'bob' },
]

export async function* chunksOf(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(Uint8Array.from(chunk))
  return Buffer.concat(all)
}

/** A whole small backup: an archive with frames of 100 bytes, its statement, its list of two recipients. */
export async function makeBackup(number = 7) {
  const name: BackupName = {
    archive: Buffer.from(seedOf(`archive ${number}`).subarray(0, 16)).toString('hex'),
    series: 'ab'.repeat(16),
    number,
    domains: ['a.example', 'b.example'],
  }
  const plain = Buffer.from(seedOf('content')).toString('hex').repeat(6)
  const options = { archiveKey, keyName: name.archive, context: archiveContext(name), frameBytes: 100 }
  const archive = await collect(encryptArchive(chunksOf(Buffer.from(plain)), options))
  const sha256 = createHash('sha256').update(archive).digest('hex')
  const statement = { ...name, createdAt, sizeBytes: archive.length, sha256 }
  const wraps = await Promise.all(
    (await recipients()).map((recipient) => wrapArchiveKey(archiveKey, { archive: name.archive, recipient })),
  )
  const list = { archive: name.archive, revision: 1, changedAt: createdAt, wraps }
  return {
    name,
    plain,
    archive,
    statement: await signBackup(statement, { pq, signer }),
    recipients: await signRecipientList(list, { pq, signer }),
  }
}

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { chunksOf, collect } from '../../test/vault-fixture.ts'
import { archiveContext } from './backup-document.ts'
import { decryptArchive } from './decrypt-archive.ts'
import { decodeRecipient } from './recipient.ts'
import { verifyBackup, verifyRecipientList } from './verify-backup.ts'
import { unwrapArchiveKey } from './wrap-archive-key.ts'

const FOLDER = join(import.meta.dirname, '../../../../../docs/vectors/vault')
const read = async (name: string) => JSON.parse(await readFile(join(FOLDER, name), 'utf8'))
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

interface ArchiveVectors {
  readonly archiveKey: string
  readonly context: Record<string, string>
  readonly cases: readonly { readonly plain: string; readonly archive: string }[]
  readonly refused: readonly {
    readonly what: string
    readonly archive: string
    readonly archiveKey?: string
    readonly code: string
  }[]
}

type Files = Record<'statement.json' | 'recipients.json' | 'archive', string>

interface BackupVectors {
  readonly trust: { readonly pqKeyHash: `0x${string}`; readonly signer: `0x${string}` }
  readonly 'pq.spki': string
  readonly archiveKey: string
  readonly plain: string
  readonly recipients: readonly { readonly label: string; readonly seed: string; readonly file: string }[]
  readonly backup: Files
  readonly other: Files
}

describe('the published vectors of archives', () => {
  let vectors: ArchiveVectors
  beforeAll(async () => {
    vectors = await read('archive.json')
  })
  const open = (archive: string, key: string, seen?: (context: object) => void) =>
    collect(decryptArchive(chunksOf(bytes(archive)), { archiveKey: bytes(key), ...(seen ? { onContext: seen } : {}) }))

  it('open, all of them', async () => {
    expect(vectors.cases).toHaveLength(6)
    for (const { plain, archive } of vectors.cases) {
      const seen: object[] = []
      expect((await open(archive, vectors.archiveKey, (context) => seen.push({ ...context }))).toString('hex')).toBe(
        plain,
      )
      expect(seen).toEqual([vectors.context])
    }
  })

  it('are refused with their codes, all of them', async () => {
    expect(vectors.refused).toHaveLength(8)
    for (const { what, archive, archiveKey = vectors.archiveKey, code } of vectors.refused) {
      const error = await open(archive, archiveKey).catch((caught: unknown) => caught)
      expect({ what, error }).toMatchObject({ what, error: { code } })
    }
  })
})

describe('the published vectors of backups', () => {
  let vectors: BackupVectors
  beforeAll(async () => {
    vectors = await read('backup.json')
  })
  const signed = (text: string) => ({ envelope: new Uint8Array(Buffer.from(text)), spki: bytes(vectors['pq.spki']) })

  it('verify, and open for every recipient', async () => {
    const { trust, backup, recipients, plain } = vectors
    const statement = verifyBackup(signed(backup['statement.json']), trust)
    const archive = bytes(backup.archive)
    expect(statement).toMatchObject({ number: 7, sizeBytes: archive.length, signer: trust.signer })
    expect(statement.sha256).toBe(createHash('sha256').update(archive).digest('hex'))
    const list = verifyRecipientList(signed(backup['recipients.json']), { statement, trust })
    for (const { label, seed, file } of recipients) {
      expect(decodeRecipient(Buffer.from(file), label).kem).toBe(list.wraps.find((wrap) => wrap.label === label)!.kem)
      const archiveKey = await unwrapArchiveKey(bytes(seed), list)
      expect(Buffer.from(archiveKey).toString('hex')).toBe(vectors.archiveKey)
      const onContext = (context: object) => expect({ ...context }).toEqual(archiveContext(statement))
      expect((await collect(decryptArchive(chunksOf(archive), { archiveKey, onContext }))).toString()).toBe(plain)
    }
  })

  it('do not mix: the list of another backup is refused', () => {
    const { trust, backup, other } = vectors
    const statement = verifyBackup(signed(backup['statement.json']), trust)
    expect(() => verifyRecipientList(signed(other['recipients.json']), { statement, trust })).toThrow(
      expect.objectContaining({ code: 'RECIPIENTS_MISMATCH' }),
    )
  })
})

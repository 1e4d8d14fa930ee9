import { beforeAll, describe, expect, it } from 'vitest'
import { decodeEnvelope } from '../../dsse.ts'
import { spkiHash } from '../../spki.ts'
import { archiveKey, createdAt, makeBackup, pq, recipients, seedOf, signer, trust } from '../../test/vault-fixture.ts'
import { nativeMlDsa } from '../native-ml-dsa.ts'
import { decodeBackupStatement } from './backup-statement.ts'
import { recipientOf } from './recipient.ts'
import { signRecipientList } from './sign-backup.ts'
import { verifyBackup, verifyRecipientList } from './verify-backup.ts'
import { unwrapArchiveKey, wrapArchiveKey } from './wrap-archive-key.ts'

const coded = (code: string) => expect.objectContaining({ code })
let backup: Awaited<ReturnType<typeof makeBackup>>
beforeAll(async () => {
  backup = await makeBackup()
})

const statementOf = () => verifyBackup({ envelope: backup.statement, spki: pq.spki }, trust)
const listOf = (envelope = backup.recipients) =>
  verifyRecipientList({ envelope, spki: pq.spki }, { statement: statementOf(), trust })

describe("a backup's statement", () => {
  it('is read once both signatures hold', () => {
    expect(statementOf()).toMatchObject({ ...backup.name, createdAt, sizeBytes: backup.archive.length })
    expect(statementOf().signer).toBe(signer.address.toLowerCase())
  })

  it('is refused from another post-quantum key, though all is consistent with it', () => {
    const pqKeyHash = spkiHash(nativeMlDsa.signer(seedOf('another release key')).spki)
    expect(() => verifyBackup({ envelope: backup.statement, spki: pq.spki }, { pqKeyHash })).toThrow(
      coded('PQ_KEY_MISMATCH'),
    )
  })

  it('is refused from another account than the one that was named', () => {
    const named = { ...trust, signer: `0x${'12'.repeat(20)}` } as const
    expect(() => verifyBackup({ envelope: backup.statement, spki: pq.spki }, named)).toThrow(coded('SIGNER_MISMATCH'))
  })

  it('is no list of recipients, and a list is no statement', () => {
    expect(() => verifyBackup({ envelope: backup.recipients, spki: pq.spki }, trust)).toThrow(
      coded('BACKUP_STATEMENT_MALFORMED'),
    )
    expect(() => listOf(backup.statement)).toThrow(coded('RECIPIENTS_MALFORMED'))
  })

  it.each([
    ['white space', (json: string) => `${json} `],
    ['a number that is none', (json: string) => json.replace('"number":7', '"number":"7"')],
    ['a negative size', (json: string) => json.replace(/"sizeBytes":/, '"sizeBytes":-')],
    [
      'domains that are not sorted',
      (json: string) => json.replace('"a.example","b.example"', '"b.example","a.example"'),
    ],
    ['a domain that is none', (json: string) => json.replace('a.example', '../a')],
    ['one more key', (json: string) => json.replace('{', '{"more":1,')],
  ])('has one form: not %s', (_what, change) => {
    const json = Buffer.from(decodeEnvelope(backup.statement).payload).toString()
    expect(decodeBackupStatement(Buffer.from(json))).toEqual(statementOf())
    expect(() => decodeBackupStatement(Buffer.from(change(json)))).toThrow(coded('BACKUP_STATEMENT_MALFORMED'))
  })
})

describe('a list of recipients', () => {
  it('gives each of them the archive key, whichever their KEM', async () => {
    const list = listOf()
    expect(list.wraps.map(({ kem, label }) => [kem, label])).toEqual([
      ['MLKEM1024-P384', 'alice'],
      ['ML-KEM-1024', 'bob'],
    ])
    for (const name of ['alice', 'bob']) expect(await unwrapArchiveKey(seedOf(name), list)).toEqual(archiveKey)
  })

  it('gives it to nobody else', async () => {
    await expect(unwrapArchiveKey(seedOf('mallory'), listOf())).rejects.toThrow(coded('RECIPIENT_UNKNOWN'))
  })

  it('can be written anew for others without touching the archive', async () => {
    const { archive } = backup.name
    const carol = { ...(await recipientOf(seedOf('carol'))), label: 'carol' }
    const [, bob] = listOf().wraps
    const key = await unwrapArchiveKey(seedOf('alice'), listOf())
    const wraps = [bob!, await wrapArchiveKey(key, { archive, recipient: carol })]
    const changed = listOf(
      await signRecipientList({ archive, revision: 2, changedAt: createdAt, wraps }, { pq, signer }),
    )
    expect(await unwrapArchiveKey(seedOf('carol'), changed)).toEqual(archiveKey)
    await expect(unwrapArchiveKey(seedOf('alice'), changed)).rejects.toThrow(coded('RECIPIENT_UNKNOWN'))
  })

  it('binds each wrap to its archive and its recipient', async () => {
    const [alice] = await recipients()
    const wrap = await wrapArchiveKey(archiveKey, { archive: 'cd'.repeat(16), recipient: alice! })
    const moved = { archive: backup.name.archive, wraps: [wrap] }
    await expect(unwrapArchiveKey(seedOf('alice'), moved)).rejects.toThrow(coded('HPKE_OPEN_FAILED'))
  })
})

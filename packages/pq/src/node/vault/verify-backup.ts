import type { Address, Bytes32 } from '@domainsync/core'
import { decodeEnvelope } from '../../dsse.ts'
import { verifyHybrid } from '../../verify-hybrid.ts'
import { bestMlDsa } from '../best-ml-dsa.ts'
import { backupEnvelope, recipientsEnvelope } from './backup-document.ts'
import { type BackupStatement, decodeBackupStatement } from './backup-statement.ts'
import { decodeRecipientList, type RecipientList } from './recipient-list.ts'
import { VaultError } from './vault-error.ts'

/** Whose backups a person accepts: known from elsewhere, never from the backup. */
export interface BackupTrust {
  readonly pqKeyHash: Bytes32
  /** Left out: the account that the post-quantum key names. */
  readonly signer?: Address | undefined
}

/** A signed file, with the key that came along. */
export interface SignedFile {
  readonly envelope: Uint8Array
  /** The ML-DSA-87 key, a 2,614-byte SubjectPublicKeyInfo; untrusted until its hash is the wanted one. */
  readonly spki: Uint8Array
}

/**
 * What was signed of a backup.
 *
 * @throws PqError as `verifyHybrid`; VaultError `BACKUP_STATEMENT_MALFORMED`
 */
export function verifyBackup({ envelope, spki }: SignedFile, { pqKeyHash, signer }: BackupTrust): BackupStatement {
  const claimed = decodeBackupStatement(decodeEnvelope(envelope).payload)
  const expected = { ...backupEnvelope(claimed), spki, pqKeyHash, signer: signer ?? claimed.signer }
  return decodeBackupStatement(verifyHybrid(envelope, expected, { verifyMlDsa: bestMlDsa().verify }))
}

/**
 * The recipients of a backup whose statement was verified; who signed the one signs the other.
 *
 * @throws PqError as `verifyHybrid`; VaultError `RECIPIENTS_MALFORMED`, `RECIPIENTS_MISMATCH`
 */
export function verifyRecipientList(
  { envelope, spki }: SignedFile,
  { statement, trust }: { statement: BackupStatement; trust: BackupTrust },
): RecipientList {
  const { archive } = statement
  const claimed = decodeRecipientList(decodeEnvelope(envelope).payload)
  if (claimed.archive !== archive) {
    throw new VaultError(
      'RECIPIENTS_MISMATCH',
      `The list of recipients is that of the archive ${claimed.archive}; this one is ${archive}.`,
    )
  }
  const { pqKeyHash, signer = statement.signer } = trust
  const expected = { ...recipientsEnvelope({ archive }), spki, pqKeyHash, signer }
  return decodeRecipientList(verifyHybrid(envelope, expected, { verifyMlDsa: bestMlDsa().verify }))
}

import type { Address } from '@domainsync/core'
import { type HybridSigner, signHybrid } from '../../sign-hybrid.ts'
import { backupEnvelope, recipientsEnvelope } from './backup-document.ts'
import { type BackupStatement, encodeBackupStatement } from './backup-statement.ts'
import { encodeRecipientList, type RecipientList } from './recipient-list.ts'

type Signing = HybridSigner & { readonly signal?: AbortSignal | undefined }

const addressOf = ({ signer }: HybridSigner) => signer.address.toLowerCase() as Address

/** The bytes of `statement.json`. Signing is randomised: keep them. */
export function signBackup(statement: Omit<BackupStatement, 'signer'>, keys: Signing): Promise<Uint8Array> {
  const payload = encodeBackupStatement({ ...statement, signer: addressOf(keys) })
  return signHybrid({ ...backupEnvelope(statement), payload }, keys)
}

/** The bytes of `recipients.json`. Signing is randomised: keep them. */
export function signRecipientList(list: Omit<RecipientList, 'signer'>, keys: Signing): Promise<Uint8Array> {
  const payload = encodeRecipientList({ ...list, signer: addressOf(keys) })
  return signHybrid({ ...recipientsEnvelope(list), payload }, keys)
}

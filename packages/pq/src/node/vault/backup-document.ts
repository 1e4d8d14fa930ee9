import { createHash } from 'node:crypto'
import type { HybridDocument } from '../../hybrid-document.ts'
import { BACKUP_PAYLOAD_TYPE, BACKUP_VERSION, type BackupName } from './backup-statement.ts'
import type { EncryptionContext } from './message-format.ts'
import { RECIPIENTS_PAYLOAD_TYPE } from './recipient-list.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What the envelope of a backup's statement is, but for its payload. */
export function backupEnvelope({ archive, number }: BackupName): Omit<HybridDocument, 'payload'> {
  return {
    name: 'backup',
    payloadType: BACKUP_PAYLOAD_TYPE,
    text: (encoding) => `DomainSync backup ${number}, archive ${archive}: sha256 ${sha256(encoding)}`,
  }
}

/** What the envelope of a list of recipients is, but for its payload. */
export function recipientsEnvelope({ archive }: Pick<BackupName, 'archive'>): Omit<HybridDocument, 'payload'> {
  return {
    name: 'list of recipients',
    payloadType: RECIPIENTS_PAYLOAD_TYPE,
    text: (encoding) => `DomainSync recipients of the archive ${archive}: sha256 ${sha256(encoding)}`,
  }
}

/** What the archive itself binds: readable by anyone, changeable by nobody. */
export function archiveContext({ archive, series, number, domains }: BackupName): EncryptionContext {
  return {
    archive,
    domains: domains.join(' '),
    number: `${number}`,
    purpose: 'domainsync-backup',
    series,
    version: `${BACKUP_VERSION}`,
  }
}

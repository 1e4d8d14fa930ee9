import { type Address, parseDomainName } from '@domainsync/core'
import { decodeExactJson, isHex, isTime } from './exact-json.ts'
import { MESSAGE_SUITE } from './message-format.ts'
import { VaultError } from './vault-error.ts'

/** DSSE payload type of a backup's statement. */
export const BACKUP_PAYLOAD_TYPE = 'application/vnd.domainsync.backup+json'
/** Version of the statement, of the list of recipients and of what the archive holds. */
export const BACKUP_VERSION = 1
/** Bytes of the random ids of an archive and of a series. */
export const BACKUP_ID_BYTES = 16
const SUITE = `0x${MESSAGE_SUITE.toString(16).padStart(4, '0')}`

/** Which backup: what its archive, its statement and its list of recipients all name. */
export interface BackupName {
  /** Random, 32 hex digits. */
  readonly archive: string
  /** Of all backups of one machine's journal; random, 32 hex digits. */
  readonly series: string
  /** Rises within the series, from 1 on. */
  readonly number: number
  /** A-labels, sorted. */
  readonly domains: readonly string[]
}

/** What is signed of an archive. */
export interface BackupStatement extends BackupName {
  /** ISO 8601, UTC; informational. */
  readonly createdAt: string
  /** Of the archive's file. */
  readonly sizeBytes: number
  /** Of the archive's file, 64 hex digits. */
  readonly sha256: string
  /** The account that signs as well, in lower case. */
  readonly signer: Address
}

/** The bytes that are signed: UTF-8 JSON without white space, keys in this order. */
export function encodeBackupStatement(statement: BackupStatement): Uint8Array {
  const { archive, series, number, domains, createdAt, sizeBytes, sha256, signer } = statement
  const format = { format: 'domainsync-backup', version: BACKUP_VERSION, suite: SUITE }
  const json = { ...format, archive, series, number, domains, createdAt, sizeBytes, sha256, signer }
  return Buffer.from(JSON.stringify(json))
}

/**
 * Reads a statement in exactly the form {@link encodeBackupStatement} writes.
 *
 * @throws VaultError `BACKUP_STATEMENT_MALFORMED`
 */
export function decodeBackupStatement(bytes: Uint8Array): BackupStatement {
  const statement = decodeExactJson(bytes, { read: statementOf, encode: encodeBackupStatement })
  if (statement !== undefined) return statement
  throw new VaultError(
    'BACKUP_STATEMENT_MALFORMED',
    `The backup's statement is not of version ${BACKUP_VERSION}, suite ${SUITE}, in the one form that is signed; a newer DomainSync may read it.`,
  )
}

function statementOf(value: Readonly<Record<string, unknown>>): BackupStatement | undefined {
  const { createdAt, sizeBytes, sha256, signer } = value
  const isWhole =
    isBackupName(value) &&
    isTime(createdAt) &&
    Number.isSafeInteger(sizeBytes) &&
    (sizeBytes as number) > 0 &&
    isHex(sha256, 32) &&
    typeof signer === 'string' &&
    signer.startsWith('0x') &&
    isHex(signer.slice(2), 20)
  return isWhole ? (value as unknown as BackupStatement) : undefined
}

function isBackupName({ archive, series, number, domains }: Readonly<Record<string, unknown>>): boolean {
  return (
    isHex(archive, BACKUP_ID_BYTES) &&
    isHex(series, BACKUP_ID_BYTES) &&
    Number.isSafeInteger(number) &&
    (number as number) > 0 &&
    Array.isArray(domains) &&
    domains.every((name, at) => isDomainName(name) && (at === 0 || domains[at - 1] < name))
  )
}

function isDomainName(name: unknown): boolean {
  try {
    return typeof name === 'string' && parseDomainName(name) === name
  } catch {
    return false
  }
}

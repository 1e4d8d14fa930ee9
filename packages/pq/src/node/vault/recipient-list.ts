import type { Address } from '@domainsync/core'
import { decodeBase64, encodeBase64 } from '../../base64.ts'
import type { HpkeKemName } from '../../hpke/hpke-suite.ts'
import { BACKUP_ID_BYTES, BACKUP_VERSION } from './backup-statement.ts'
import { decodeExactJson, isHex, isRecord, isTime } from './exact-json.ts'
import { VaultError } from './vault-error.ts'

/** DSSE payload type of a list of recipients. */
export const RECIPIENTS_PAYLOAD_TYPE = 'application/vnd.domainsync.recipients+json'
/** Most recipients of one archive. */
export const MAX_RECIPIENTS = 64

/** The archive key, sealed to one recipient. */
export interface Wrap {
  readonly kem: HpkeKemName
  /** SHA-256 of the recipient's public key, 64 hex digits. */
  readonly keyId: string
  /** What a person calls them. */
  readonly label: string
  readonly encapsulated: Uint8Array
  /** The archive key and a tag. */
  readonly ciphertext: Uint8Array
}

/** Who can open an archive. */
export interface RecipientList {
  readonly archive: string
  /** Rises with every change, from 1 on. */
  readonly revision: number
  /** ISO 8601, UTC; informational. */
  readonly changedAt: string
  /** The account that signs as well, in lower case. */
  readonly signer: Address
  readonly wraps: readonly Wrap[]
}

/** The bytes that are signed: UTF-8 JSON without white space, keys in this order. */
export function encodeRecipientList({ archive, revision, changedAt, signer, wraps }: RecipientList): Uint8Array {
  const format = { format: 'domainsync-recipients', version: BACKUP_VERSION }
  const recipients = wraps.map(({ kem, keyId, label, encapsulated, ciphertext }) => ({
    kem,
    keyId,
    label,
    encapsulated: encodeBase64(encapsulated),
    ciphertext: encodeBase64(ciphertext),
  }))
  return Buffer.from(JSON.stringify({ ...format, archive, revision, changedAt, signer, recipients }))
}

/**
 * Reads a list in exactly the form {@link encodeRecipientList} writes.
 *
 * @throws VaultError `RECIPIENTS_MALFORMED`
 */
export function decodeRecipientList(bytes: Uint8Array): RecipientList {
  const list = decodeExactJson(bytes, { read: listOf, encode: encodeRecipientList })
  if (list !== undefined) return list
  throw new VaultError(
    'RECIPIENTS_MALFORMED',
    `The list of recipients is not of version ${BACKUP_VERSION} in the one form that is signed; a newer DomainSync may read it.`,
  )
}

function listOf(value: Readonly<Record<string, unknown>>): RecipientList | undefined {
  const { archive, revision, changedAt, signer, recipients } = value
  if (!isHex(archive, BACKUP_ID_BYTES) || !isTime(changedAt) || !isAddress(signer)) return undefined
  if (!Number.isSafeInteger(revision) || (revision as number) < 1) return undefined
  if (!Array.isArray(recipients) || recipients.length === 0 || recipients.length > MAX_RECIPIENTS) return undefined
  const wraps = recipients.map(wrapOf)
  if (!wraps.every((wrap) => wrap !== undefined)) return undefined
  return { archive, revision: revision as number, changedAt, signer, wraps }
}

function wrapOf(value: unknown): Wrap | undefined {
  if (!isRecord(value)) return undefined
  const { kem, keyId, label } = value
  const encapsulated = typeof value.encapsulated === 'string' ? decodeBase64(value.encapsulated) : undefined
  const ciphertext = typeof value.ciphertext === 'string' ? decodeBase64(value.ciphertext) : undefined
  if (typeof kem !== 'string' || !isHex(keyId, 32) || typeof label !== 'string') return undefined
  if (encapsulated === undefined || ciphertext === undefined) return undefined
  return { kem: kem as HpkeKemName, keyId, label, encapsulated, ciphertext }
}

function isAddress(value: unknown): value is Address {
  return typeof value === 'string' && value.startsWith('0x') && isHex(value.slice(2), 20)
}

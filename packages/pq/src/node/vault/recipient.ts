import { createHash } from 'node:crypto'
import { decodeBase64, encodeBase64 } from '../../base64.ts'
import type { HpkeKemName } from '../../hpke/hpke-suite.ts'
import { generateRecipientKey } from '../../hpke/recipient-key.ts'
import { hpkeSuite } from '../hpke-suite.ts'
import { decodeExactJson } from './exact-json.ts'
import { VaultError } from './vault-error.ts'

/** The KEMs that recipients have, the usual one first. */
export const RECIPIENT_KEMS: readonly HpkeKemName[] = ['MLKEM1024-P384', 'ML-KEM-1024']
/** Largest file of a public key that is read. */
export const RECIPIENT_FILE_MAX_BYTES = 16_384

/** Whom an archive is for: the public half of a recipient's key. */
export interface Recipient {
  readonly kem: HpkeKemName
  readonly publicKey: Uint8Array
}

/** SHA-256 of a recipient's public key, 64 hex digits: its public name. */
export function recipientKeyId({ publicKey }: Pick<Recipient, 'publicKey'>): string {
  return createHash('sha256').update(publicKey).digest('hex')
}

/** The public half of a seed's key in one KEM. */
export async function recipientOf(seed: Uint8Array, kem: HpkeKemName = RECIPIENT_KEMS[0]!): Promise<Recipient> {
  const { publicKey } = await generateRecipientKey(hpkeSuite(kem), seed)
  return { kem, publicKey }
}

/** The text of `recipient.pub.json`: one line that may be given to anyone. */
export function encodeRecipient({ kem, publicKey }: Recipient): Uint8Array {
  const key = { format: 'domainsync-recipient', version: 1, kem, keyId: recipientKeyId({ publicKey }) }
  return Buffer.from(`${JSON.stringify({ ...key, publicKey: encodeBase64(publicKey) })}\n`)
}

/**
 * Reads `recipient.pub.json` in exactly the form {@link encodeRecipient} writes.
 *
 * @throws VaultError `RECIPIENT_KEY_MALFORMED`
 */
export function decodeRecipient(bytes: Uint8Array, name: string): Recipient {
  const read = ({ kem, publicKey }: Readonly<Record<string, unknown>>): Recipient | undefined => {
    const known = RECIPIENT_KEMS.find((one) => one === kem)
    const key = typeof publicKey === 'string' ? decodeBase64(publicKey) : undefined
    return known !== undefined && key?.length === hpkeSuite(known).kem.publicKeyBytes
      ? { kem: known, publicKey: key }
      : undefined
  }
  const recipient = decodeExactJson(bytes, { read, encode: encodeRecipient })
  if (recipient !== undefined) return recipient
  throw new VaultError(
    'RECIPIENT_KEY_MALFORMED',
    `${name} is not a recipient's public key; ask for the file recipient.pub.json again.`,
  )
}

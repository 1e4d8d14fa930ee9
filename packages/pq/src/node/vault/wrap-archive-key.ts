import { createHash } from 'node:crypto'
import { openWith } from '../../hpke/open-with.ts'
import { sealTo } from '../../hpke/seal-to.ts'
import { hpkeSuite } from '../hpke-suite.ts'
import { ARCHIVE_KEY_BYTES } from './message-format.ts'
import { RECIPIENT_KEMS, type Recipient, recipientKeyId, recipientOf } from './recipient.ts'
import type { RecipientList, Wrap } from './recipient-list.ts'
import { VaultError } from './vault-error.ts'

/** HPKE's `info`: what sealed archive keys are for. */
const INFO = Buffer.from('domainsync vault archive key v1')

/** A recipient with the name that a person calls them. */
export interface NamedRecipient extends Recipient {
  readonly label: string
}

/**
 * The archive key, sealed to one recipient, for this archive only.
 *
 * @throws PqError `HPKE_KEY_MALFORMED`
 */
export async function wrapArchiveKey(
  archiveKey: Uint8Array,
  { archive, recipient }: { archive: string; recipient: NamedRecipient },
): Promise<Wrap> {
  const { kem, publicKey, label } = recipient
  const keyId = recipientKeyId(recipient)
  const suite = hpkeSuite(kem)
  const sealed = await sealTo(publicKey, { suite, plaintext: archiveKey, info: INFO, aad: boundTo(archive, keyId) })
  return { kem, keyId, label, ...sealed }
}

/**
 * The archive key, for the holder of a recipient's seed.
 *
 * @throws VaultError `RECIPIENT_UNKNOWN`; PqError `HPKE_OPEN_FAILED`
 */
export async function unwrapArchiveKey(
  seed: Uint8Array,
  { archive, wraps }: Pick<RecipientList, 'archive' | 'wraps'>,
): Promise<Uint8Array> {
  for (const kem of RECIPIENT_KEMS) {
    const keyId = recipientKeyId(await recipientOf(seed, kem))
    const wrap = wraps.find((one) => one.kem === kem && one.keyId === keyId)
    if (wrap === undefined) continue
    const key = await openWith(seed, { ...wrap, suite: hpkeSuite(kem), info: INFO, aad: boundTo(archive, keyId) })
    if (key.length === ARCHIVE_KEY_BYTES) return key
  }
  throw new VaultError(
    'RECIPIENT_UNKNOWN',
    `This key is not a recipient's of the archive ${archive}; it is for ${wraps.map(({ label }) => label).join(', ')}.`,
  )
}

/** The public name of the archive key, and the recipient: a wrap of another archive or for another key does not open. */
function boundTo(archive: string, keyId: string): Buffer {
  return createHash('sha256').update(`${archive} ${keyId}`).digest()
}

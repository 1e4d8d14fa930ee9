import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deriveArgon2id } from './derive-argon2id.ts'
import { KeyFileError } from './key-file-error.ts'
import {
  headerBytes,
  KDF_COST,
  type KdfCost,
  type KeyFileHeader,
  NONCE_BYTES,
  SALT_BYTES,
  type SealedKey,
  TAG_BYTES,
} from './key-file-format.ts'
import { KEY_SECRET_BYTES, type KeyIdentity } from './key-identity.ts'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32

/** Options of {@link sealKey}. */
interface SealOptions {
  readonly identity: KeyIdentity
  readonly passphrase: string
  /** Less in tests that open thousands; it stands in the header. */
  readonly cost?: KdfCost
}

/** Encrypts a secret: AES-256-GCM under argon2id of the passphrase, the header authenticated. */
export async function sealKey(
  secret: Uint8Array,
  { identity, passphrase, cost = KDF_COST }: SealOptions,
): Promise<SealedKey> {
  const header = { identity, cost, salt: randomBytes(SALT_BYTES), nonce: randomBytes(NONCE_BYTES) }
  const key = await deriveKey(passphrase, header)
  const cipher = createCipheriv(CIPHER, key, header.nonce, { authTagLength: TAG_BYTES }).setAAD(headerBytes(header))
  const ciphertext = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()])
  key.fill(0)
  return { header, ciphertext }
}

/** The secret, or `undefined` when the passphrase does not open it. */
export async function openKey(
  { header, ciphertext }: SealedKey,
  { passphrase }: { passphrase: string },
): Promise<Uint8Array | undefined> {
  const key = await deriveKey(passphrase, header)
  const decipher = createDecipheriv(CIPHER, key, header.nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(headerBytes(header)).setAuthTag(ciphertext.subarray(KEY_SECRET_BYTES))
  const secret = new Uint8Array(decipher.update(ciphertext.subarray(0, KEY_SECRET_BYTES)))
  key.fill(0)
  try {
    decipher.final()
    return secret
  } catch {
    return undefined
  }
}

/** NFC first (RFC 8265 §4.2): the same passphrase on every keyboard is the same key. */
async function deriveKey(
  passphrase: string,
  { cost, salt }: Pick<KeyFileHeader, 'cost' | 'salt'>,
): Promise<Uint8Array> {
  const message = Buffer.from(passphrase.normalize('NFC'))
  try {
    return await deriveArgon2id(message, { salt, cost, keyBytes: KEY_BYTES })
  } catch (cause) {
    throw new KeyFileError(
      'KEY_DERIVATION_FAILED',
      `The key could not be derived; it needs ${Math.ceil(cost.memoryKiB / 1024)} MiB of free memory.`,
      { cause },
    )
  } finally {
    message.fill(0)
  }
}

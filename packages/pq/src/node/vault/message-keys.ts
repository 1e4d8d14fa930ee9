import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  ARCHIVE_KEY_BYTES,
  contextBytes,
  type EncryptionContext,
  headerBytes,
  IV_BYTES,
  MESSAGE_SUITE,
  type MessageHeader,
  TAG_BYTES,
  uint16,
  type WrappedDataKey,
} from './message-format.ts'
import { VaultError } from './vault-error.ts'

const CIPHER = 'aes-256-gcm'
const DERIVE_INFO = Buffer.concat([uint16(MESSAGE_SUITE), Buffer.from('DERIVEKEY')])
const COMMIT_INFO = Buffer.from('COMMITKEY')
const NO_IV = new Uint8Array(IV_BYTES)

/** What a message is encrypted with, and what commits to it. */
export interface MessageKeys {
  /** Encrypts frames and authenticates the header; used for one message only. */
  readonly key: Uint8Array
  readonly commitment: Uint8Array
}

/** HKDF-SHA512 of the data key, the message's id as salt. */
export function messageKeys(dataKey: Uint8Array, messageId: Uint8Array): MessageKeys {
  const derive = (info: Uint8Array) => new Uint8Array(hkdfSync('sha512', dataKey, messageId, info, ARCHIVE_KEY_BYTES))
  return { key: derive(DERIVE_INFO), commitment: derive(COMMIT_INFO) }
}

/** The data key under the archive key, bound to the context. */
export function wrapDataKey(
  dataKey: Uint8Array,
  { archiveKey, keyName, context }: { archiveKey: Uint8Array; keyName: string; context: EncryptionContext },
): WrappedDataKey {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, archiveKey, iv, { authTagLength: TAG_BYTES }).setAAD(contextBytes(context))
  return { keyName, iv, ciphertext: Buffer.concat([cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]) }
}

/**
 * The keys of a message, once its header is found to be what the archive key wrote.
 *
 * @throws VaultError `ARCHIVE_KEY_WRONG`, `ARCHIVE_TAMPERED`
 */
export function openHeader(
  header: MessageHeader,
  { tag, archiveKey }: { tag: Uint8Array; archiveKey: Uint8Array },
): MessageKeys {
  const { wrapped, context, messageId, commitment } = header
  const dataKey = unseal(wrapped.ciphertext.subarray(0, ARCHIVE_KEY_BYTES), {
    key: archiveKey,
    iv: wrapped.iv,
    tag: wrapped.ciphertext.subarray(ARCHIVE_KEY_BYTES),
    associated: contextBytes(context),
  })
  if (dataKey === undefined) {
    throw new VaultError('ARCHIVE_KEY_WRONG', 'The archive key does not open this archive, or its header was changed.')
  }
  const keys = messageKeys(dataKey, messageId)
  dataKey.fill(0)
  const sound =
    timingSafeEqual(keys.commitment, commitment) &&
    unseal(new Uint8Array(), { key: keys.key, iv: NO_IV, tag, associated: headerBytes(header) }) !== undefined
  if (!sound) throw new VaultError('ARCHIVE_TAMPERED', "The archive's header is not what its key wrote.")
  return keys
}

/** The tag behind a header. */
export function headerTag(header: MessageHeader, key: Uint8Array): Buffer {
  const cipher = createCipheriv(CIPHER, key, NO_IV, { authTagLength: TAG_BYTES }).setAAD(headerBytes(header))
  cipher.final()
  return cipher.getAuthTag()
}

interface Sealed {
  readonly key: Uint8Array
  readonly iv: Uint8Array
  readonly tag: Uint8Array
  readonly associated: Uint8Array
}

function unseal(ciphertext: Uint8Array, { key, iv, tag, associated }: Sealed): Buffer | undefined {
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(associated).setAuthTag(tag)
  const plain = decipher.update(ciphertext)
  try {
    decipher.final()
    return plain
  } catch {
    return undefined
  }
}

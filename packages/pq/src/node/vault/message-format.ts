import { VaultError } from './vault-error.ts'

/** Version 2 of the message format of the AWS Encryption SDK: the one with key commitment. */
export const MESSAGE_VERSION = 2
/** AES-256-GCM, HKDF-SHA512, key commitment, no signature of its own. */
export const MESSAGE_SUITE = 0x0478
/** Plain bytes of every frame that is written but the last; at most so many are read. */
export const FRAME_BYTES = 1024 * 1024
/** Bytes that go through the cipher at a time: the fastest that were measured. */
export const PIECE_BYTES = 64 * 1024
/** Bytes of the message's random id, the salt of its keys. */
export const MESSAGE_ID_BYTES = 32
/** Bytes of the archive key and of the data key that it wraps. */
export const ARCHIVE_KEY_BYTES = 32
/** Bytes of an AES-GCM nonce. */
export const IV_BYTES = 12
/** Bytes of an AES-GCM tag. */
export const TAG_BYTES = 16
/** In the place of the sequence number of the last frame. */
export const FINAL_FRAME = 0xffffffff
/** Who wrapped the data key, in the words of the format: a raw AES keyring of this name space. */
export const KEY_NAMESPACE = 'domainsync'

/** What is authenticated but not secret. */
export type EncryptionContext = Readonly<Record<string, string>>

/** The data key under the archive key: what a raw AES keyring writes. */
export interface WrappedDataKey {
  /** The name of the archive key. */
  readonly keyName: string
  readonly iv: Uint8Array
  /** {@link ARCHIVE_KEY_BYTES} and the tag. */
  readonly ciphertext: Uint8Array
}

/** A message's header, but for its tag. */
export interface MessageHeader {
  readonly messageId: Uint8Array
  readonly context: EncryptionContext
  readonly wrapped: WrappedDataKey
  readonly frameBytes: number
  /** Derived from the data key: another one does not open the message. */
  readonly commitment: Uint8Array
}

const FRAMED = 2
const ALL_PARTS_MAX = 0xffff

/** The context as keyrings and headers write it: pairs sorted by their key's bytes, each length in front. Empty when it is. */
export function contextBytes(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).map(([key, value]) => [Buffer.from(key), Buffer.from(value)] as const)
  if (pairs.length === 0) return Buffer.alloc(0)
  pairs.sort(([a], [b]) => Buffer.compare(a, b))
  return Buffer.concat([uint16(pairs.length), ...pairs.flatMap(([key, value]) => [sized(key), sized(value)])])
}

/** The header that its tag authenticates. */
export function headerBytes({ messageId, context, wrapped, frameBytes, commitment }: MessageHeader): Buffer {
  return Buffer.concat([
    Uint8Array.of(MESSAGE_VERSION),
    uint16(MESSAGE_SUITE),
    messageId,
    sized(contextBytes(context)),
    uint16(1),
    sized(Buffer.from(KEY_NAMESPACE)),
    sized(keyInfo(wrapped)),
    sized(wrapped.ciphertext),
    Uint8Array.of(FRAMED),
    uint32(frameBytes),
    commitment,
  ])
}

/** The name of the key, bits of the tag, bytes of the nonce, the nonce. */
function keyInfo({ keyName, iv }: WrappedDataKey): Buffer {
  return Buffer.concat([Buffer.from(keyName), uint32(TAG_BYTES * 8), uint32(IV_BYTES), iv])
}

/**
 * Reads a header piece by piece: `take` gives the next so many bytes.
 *
 * @throws VaultError `ARCHIVE_MALFORMED`, `ARCHIVE_UNSUPPORTED`, and what `take` throws
 */
export async function readHeader(take: (length: number) => Promise<Buffer>): Promise<MessageHeader> {
  const taken: Buffer[] = []
  const next = async (length: number) => {
    const bytes = await take(length)
    taken.push(bytes)
    return bytes
  }
  const part = async () => next((await next(2)).readUInt16BE())
  const version = (await next(1)).readUInt8()
  const suite = (await next(2)).readUInt16BE()
  if (version !== MESSAGE_VERSION || suite !== MESSAGE_SUITE) {
    throw new VaultError(
      'ARCHIVE_UNSUPPORTED',
      `This is version ${version}, suite 0x${suite.toString(16).padStart(4, '0')}; an archive is version ${MESSAGE_VERSION}, suite 0x0478.`,
    )
  }
  const messageId = await next(MESSAGE_ID_BYTES)
  const context = parseContext(await part())
  requireForm((await next(2)).readUInt16BE() === 1)
  const namespace = await part()
  const info = await part()
  const ciphertext = await part()
  requireForm((await next(1)).readUInt8() === FRAMED)
  const frameBytes = (await next(4)).readUInt32BE()
  const commitment = await next(ARCHIVE_KEY_BYTES)
  requireForm(namespace.toString() === KEY_NAMESPACE && info.length > IV_BYTES + 8 && frameBytes > 0)
  requireForm(frameBytes <= FRAME_BYTES && ciphertext.length === ARCHIVE_KEY_BYTES + TAG_BYTES)
  const keyName = info.subarray(0, -(IV_BYTES + 8)).toString()
  const wrapped = { keyName, iv: info.subarray(-IV_BYTES), ciphertext }
  const header = { messageId, context, wrapped, frameBytes, commitment }
  // One comparison for the rest: other orders, other spellings, a nonce of another length.
  requireForm(headerBytes(header).equals(Buffer.concat(taken)))
  return header
}

function parseContext(bytes: Buffer): EncryptionContext {
  const context: Record<string, string> = Object.create(null)
  if (bytes.length === 0) return context
  let at = 0
  const number = () => {
    requireForm(at + 2 <= bytes.length)
    at += 2
    return bytes.readUInt16BE(at - 2)
  }
  const text = () => {
    const length = number()
    at += length
    requireForm(at <= bytes.length)
    return bytes.toString('utf8', at - length, at)
  }
  for (let left = number(); left > 0; left--) context[text()] = text()
  requireForm(at === bytes.length)
  return context
}

function requireForm(holds: boolean): void {
  if (!holds) throw new VaultError('ARCHIVE_MALFORMED', 'This is not an archive, or not one that DomainSync writes.')
}

function sized(bytes: Uint8Array): Buffer {
  if (bytes.length > ALL_PARTS_MAX) throw new RangeError(`a part of a header has ${bytes.length} bytes`)
  return Buffer.concat([uint16(bytes.length), bytes])
}

/** Two bytes, the higher first. */
export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

/** Four bytes, the highest first. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

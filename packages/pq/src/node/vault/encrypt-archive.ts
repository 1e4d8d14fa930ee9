import { createCipheriv, randomBytes } from 'node:crypto'
import { type FramePlace, frameAssociatedData, frameHead, frameIv, MAX_FRAMES } from './frame.ts'
import { freeBytes } from './free-bytes.ts'
import {
  ARCHIVE_KEY_BYTES,
  type EncryptionContext,
  FRAME_BYTES,
  headerBytes,
  MESSAGE_ID_BYTES,
  PIECE_BYTES,
  TAG_BYTES,
} from './message-format.ts'
import { headerTag, messageKeys, wrapDataKey } from './message-keys.ts'
import { VaultError } from './vault-error.ts'

/** What an archive is encrypted under. */
export interface EncryptArchiveOptions {
  /** 32 bytes; its data key is made for this archive and forgotten. */
  readonly archiveKey: Uint8Array
  /** The public name of the archive key. */
  readonly keyName: string
  /** In the clear and authenticated. */
  readonly context: EncryptionContext
  /** Plain bytes of a frame. Default {@link FRAME_BYTES}. */
  readonly frameBytes?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * The archive of these bytes, streamed: a message of the AWS Encryption SDK, format 2, suite 0x0478. One frame is held in
 * memory. Chunks, those that come and those that go, are good until the next is asked for: who keeps one copies it.
 *
 * @throws VaultError `ARCHIVE_MALFORMED` for more bytes than a message holds (4 PiB)
 */
export async function* encryptArchive(
  plain: AsyncIterable<Uint8Array>,
  { archiveKey, keyName, context, frameBytes = FRAME_BYTES, signal }: EncryptArchiveOptions,
): AsyncGenerator<Uint8Array> {
  const messageId = randomBytes(MESSAGE_ID_BYTES)
  const dataKey = randomBytes(ARCHIVE_KEY_BYTES)
  const { key, commitment } = messageKeys(dataKey, messageId)
  const wrapped = wrapDataKey(dataKey, { archiveKey, keyName, context })
  dataKey.fill(0)
  const header = { messageId, context, wrapped, frameBytes, commitment }
  yield Buffer.concat([headerBytes(header), headerTag(header, key)])

  const frame = Buffer.allocUnsafe(frameBytes)
  let filled = 0
  let sequence = 1
  for await (const chunk of plain) {
    for (let at = 0; at < chunk.length; ) {
      // Only when more comes is a full frame known not to be the last.
      if (filled === frameBytes) {
        signal?.throwIfAborted()
        yield* sealFrame(frame, { messageId, sequence: sequence++, isFinal: false, sizeBytes: frameBytes }, key)
        filled = 0
        if (sequence > MAX_FRAMES) throw tooLong()
      }
      const length = Math.min(chunk.length - at, frameBytes - filled)
      frame.set(chunk.subarray(at, at + length), filled)
      filled += length
      at += length
    }
  }
  signal?.throwIfAborted()
  yield* sealFrame(frame.subarray(0, filled), { messageId, sequence, isFinal: true, sizeBytes: filled }, key)
  key.fill(0)
}

function* sealFrame(plain: Uint8Array, place: FramePlace, key: Uint8Array): Generator<Uint8Array> {
  const cipher = createCipheriv('aes-256-gcm', key, frameIv(place.sequence), { authTagLength: TAG_BYTES })
  cipher.setAAD(frameAssociatedData(place))
  yield frameHead(place)
  for (let at = 0; at < plain.length; at += PIECE_BYTES) {
    const piece = cipher.update(plain.subarray(at, at + PIECE_BYTES))
    yield piece
    freeBytes(piece)
  }
  cipher.final()
  yield cipher.getAuthTag()
}

function tooLong(): VaultError {
  return new VaultError('ARCHIVE_MALFORMED', 'What is to be backed up is larger than one archive can hold.')
}

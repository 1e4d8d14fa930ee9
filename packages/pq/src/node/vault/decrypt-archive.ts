import { createDecipheriv } from 'node:crypto'
import { ByteReader } from './byte-reader.ts'
import { type FramePlace, frameAssociatedData, frameIv } from './frame.ts'
import { freeBytes } from './free-bytes.ts'
import { type EncryptionContext, FINAL_FRAME, IV_BYTES, PIECE_BYTES, readHeader, TAG_BYTES } from './message-format.ts'
import { openHeader } from './message-keys.ts'
import { VaultError } from './vault-error.ts'

/** What opens an archive. */
export interface DecryptArchiveOptions {
  readonly archiveKey: Uint8Array
  /** Told what the header binds once it is found to be genuine, before anything is decrypted; may throw. */
  readonly onContext?: (context: EncryptionContext) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * The bytes of an archive. Each frame is held back until its tag is found right, so nothing that its key did not write comes
 * out; that all came is known only when this ends without an error. Chunks, those that come and those that go, are good until the
 * next is asked for: who keeps one copies it.
 *
 * @throws VaultError `ARCHIVE_UNSUPPORTED`, `ARCHIVE_MALFORMED`, `ARCHIVE_TRUNCATED`, `ARCHIVE_KEY_WRONG`, `ARCHIVE_TAMPERED`
 */
export async function* decryptArchive(
  archive: AsyncIterable<Uint8Array>,
  { archiveKey, onContext, signal }: DecryptArchiveOptions,
): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(archive)
  try {
    const header = await readHeader((length) => reader.take(length))
    const { key } = openHeader(header, { tag: await reader.take(TAG_BYTES), archiveKey })
    onContext?.(header.context)
    const { messageId, frameBytes } = header
    let isFinal = false
    for (let sequence = 1; !isFinal; sequence++) {
      signal?.throwIfAborted()
      const place = await readPlace(reader, { messageId, sequence, frameBytes })
      isFinal = place.isFinal
      for (const piece of await openFrame(reader, place, key)) {
        yield piece
        freeBytes(piece)
      }
    }
    key.fill(0)
    if (!(await reader.atEnd())) throw tampered('bytes follow its end')
  } finally {
    await reader.close()
  }
}

interface Expected {
  readonly messageId: Uint8Array
  readonly sequence: number
  readonly frameBytes: number
}

async function readPlace(reader: ByteReader, { messageId, sequence, frameBytes }: Expected): Promise<FramePlace> {
  const first = (await reader.take(4)).readUInt32BE()
  const isFinal = first === FINAL_FRAME
  const found = isFinal ? (await reader.take(4)).readUInt32BE() : first
  const iv = await reader.take(IV_BYTES)
  const sizeBytes = isFinal ? (await reader.take(4)).readUInt32BE() : frameBytes
  if (found !== sequence || !iv.equals(frameIv(sequence))) throw tampered(`frame ${sequence} is not in its place`)
  if (sizeBytes > frameBytes) throw tampered('its last frame is too long')
  return { messageId, sequence, isFinal, sizeBytes }
}

/** The plain bytes of a frame, in pieces. */
async function openFrame(reader: ByteReader, place: FramePlace, key: Uint8Array): Promise<Buffer[]> {
  const decipher = createDecipheriv('aes-256-gcm', key, frameIv(place.sequence), { authTagLength: TAG_BYTES })
  decipher.setAAD(frameAssociatedData(place))
  const pieces: Buffer[] = []
  for await (const piece of reader.pieces(place.sizeBytes)) {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      pieces.push(decipher.update(piece.subarray(at, at + PIECE_BYTES)))
    }
  }
  decipher.setAuthTag(await reader.take(TAG_BYTES))
  try {
    decipher.final()
  } catch (cause) {
    throw tampered(`frame ${place.sequence} was changed`, cause)
  }
  return pieces
}

function tampered(what: string, cause?: unknown): VaultError {
  return new VaultError('ARCHIVE_TAMPERED', `The archive is not what was written: ${what}.`, { cause })
}

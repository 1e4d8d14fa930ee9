import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import { MAX_BLOCK_BYTES } from '../blocks/verify-block.ts'
import { CarError } from '../car/car-error.ts'
import { decodeCarHeader } from '../car/car-header.ts'
import { FileWindow } from './file-window.ts'
import type { SavedFile } from './saved-file.ts'

/** CIDv1 with a 32-byte digest. */
const CID_BYTES = 36
/** More than any length here takes. */
const MAX_PREFIX_BYTES = 5
const MAX_HEADER_BYTES = 4096

/** A block of a CAR file by its place, its bytes read only when they are asked for. */
export interface BundleFrame {
  readonly cid: CID
  /** Where its bytes start and end in the file. */
  readonly start: number
  readonly end: number
  /** A view, good until the next frame. */
  bytes(): Promise<Uint8Array>
}

/**
 * The roots and the blocks of a CARv1 in a file, in order; nothing is verified.
 *
 * @throws CarError `CAR_TRUNCATED`, `CAR_MALFORMED`, `CAR_BLOCK_TOO_LARGE`
 */
export async function readBundleFrames(
  file: SavedFile,
): Promise<{ roots: readonly CID[]; frames: AsyncIterable<BundleFrame> }> {
  const window = new FileWindow(file)
  const header = await readLength(window, 0, MAX_HEADER_BYTES)
  if (header.end > file.size) throw truncated()
  const roots = decodeCarHeader(await window.read(header.start, header.end - header.start))
  if (roots === undefined) throw malformed('its header is none of ours')
  return { roots, frames: frames() }

  async function* frames(): AsyncIterable<BundleFrame> {
    for (let at = header.end; at < file.size; ) {
      const { start, end } = await readLength(window, at, CID_BYTES + MAX_BLOCK_BYTES)
      if (end > file.size) throw truncated()
      const from = start + CID_BYTES
      if (from > end) throw malformed('it holds a block without a valid CID')
      const cid = cidOf(await window.read(start, CID_BYTES))
      yield { cid, start: from, end, bytes: () => window.read(from, end - from) }
      at = end
    }
  }
}

async function readLength(
  window: FileWindow,
  at: number,
  maxBytes: number,
): Promise<{ readonly start: number; readonly end: number }> {
  const bytes = await window.read(at, MAX_PREFIX_BYTES)
  let length: number
  let size: number
  try {
    ;[length, size] = varint.decode(bytes)
  } catch (cause) {
    throw bytes.length < MAX_PREFIX_BYTES ? truncated() : malformed('a length in it is none', cause)
  }
  if (length === 0 || size !== varint.encodingLength(length)) throw malformed('a length in it is none')
  if (length > maxBytes) {
    throw new CarError('CAR_BLOCK_TOO_LARGE', `The bundle holds a part of ${length} bytes; it is refused.`, {
      retryable: false,
    })
  }
  return { start: at + size, end: at + size + length }
}

/** A copy: the bytes of a CID outlive the window. */
function cidOf(bytes: Uint8Array): CID {
  try {
    return CID.decode(bytes.slice())
  } catch (cause) {
    throw malformed('it holds a block without a valid CID', cause)
  }
}

function truncated(): CarError {
  return new CarError('CAR_TRUNCATED', 'The bundle ends in the middle; save it again.', { retryable: false })
}

function malformed(what: string, cause?: unknown): CarError {
  return new CarError('CAR_MALFORMED', `This is not a bundle: ${what}.`, { cause, retryable: false })
}

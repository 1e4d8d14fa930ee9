import { CarError } from '@domainsync/sdk'

/** Bytes of the longest length prefix taken: 2^35 - 1, far above any limit here. */
const MAX_PREFIX_BYTES = 5

/** Limits of {@link carFrames}, in bytes. */
export interface FrameLimits {
  /** The first frame, the header. */
  readonly maxHeaderBytes: number
  /** All others: CID and block. */
  readonly maxFrameBytes: number
}

/**
 * Cuts a CARv1 byte stream into its length-prefixed frames, the header first. Holds one frame in memory at most, however the
 * stream is cut. A frame may be a view into the stream's chunk.
 *
 * @throws CarError `CAR_TRUNCATED` when the stream ends inside a frame or is empty, `CAR_BLOCK_TOO_LARGE`, `CAR_MALFORMED`.
 */
export async function* carFrames(stream: AsyncIterable<Uint8Array>, limits: FrameLimits): AsyncGenerator<Uint8Array> {
  let isHeader = true
  /** Length of the frame being read; `undefined` while its prefix is. */
  let length: number | undefined
  let prefix = 0
  let prefixBytes = 0
  let parts: Uint8Array[] = []
  let missing = 0
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length; ) {
      if (length === undefined) {
        const byte = chunk[at++]!
        prefix += (byte & 0x7f) * 2 ** (7 * prefixBytes++)
        if (byte & 0x80) {
          if (prefixBytes === MAX_PREFIX_BYTES) throw tooLarge(isHeader, limits)
          continue
        }
        if (prefix === 0 || (prefixBytes > 1 && byte === 0)) throw malformed('a frame has no valid length')
        if (prefix > (isHeader ? limits.maxHeaderBytes : limits.maxFrameBytes)) throw tooLarge(isHeader, limits)
        length = prefix
        missing = prefix
        prefix = 0
        prefixBytes = 0
        continue
      }
      const part = chunk.subarray(at, at + missing)
      parts.push(part)
      at += part.length
      missing -= part.length
      if (missing > 0) continue
      yield parts.length === 1 ? part : Buffer.concat(parts, length)
      parts = []
      length = undefined
      isHeader = false
    }
  }
  if (isHeader || length !== undefined || prefixBytes > 0) {
    throw new CarError('CAR_TRUNCATED', 'The CAR ends in the middle; fetch it again.')
  }
}

function tooLarge(isHeader: boolean, { maxFrameBytes }: FrameLimits): CarError {
  if (isHeader) return malformed('its header is too long')
  return new CarError('CAR_BLOCK_TOO_LARGE', `The CAR holds a block over ${maxFrameBytes} bytes; it is refused.`, {
    retryable: false,
  })
}

function malformed(what: string): CarError {
  return new CarError('CAR_MALFORMED', `This is not a CARv1: ${what}.`, { retryable: false })
}

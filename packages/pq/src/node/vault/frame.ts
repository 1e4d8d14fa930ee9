import { FINAL_FRAME, IV_BYTES, uint32 } from './message-format.ts'

const REGULAR_TEXT = Buffer.from('AWSKMSEncryptionClient Frame')
const FINAL_TEXT = Buffer.from('AWSKMSEncryptionClient Final Frame')
/** Frames are numbered from 1 in four bytes, and the highest number marks the last. */
export const MAX_FRAMES = FINAL_FRAME - 1

/** One frame's place in a message. */
export interface FramePlace {
  readonly messageId: Uint8Array
  /** From 1 on. */
  readonly sequence: number
  readonly isFinal: boolean
  /** Of the plain bytes, which are as many as the encrypted ones. */
  readonly sizeBytes: number
}

/** The nonce of a frame: its number. Each message has a key of its own. */
export function frameIv(sequence: number): Buffer {
  const iv = Buffer.alloc(IV_BYTES)
  iv.writeUInt32BE(sequence, IV_BYTES - 4)
  return iv
}

/** What a frame's tag covers besides its bytes. */
export function frameAssociatedData({ messageId, sequence, isFinal, sizeBytes }: FramePlace): Buffer {
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(sizeBytes))
  return Buffer.concat([messageId, isFinal ? FINAL_TEXT : REGULAR_TEXT, uint32(sequence), size])
}

/** What stands in front of a frame's encrypted bytes. */
export function frameHead({ sequence, isFinal, sizeBytes }: FramePlace): Buffer {
  return isFinal
    ? Buffer.concat([uint32(FINAL_FRAME), uint32(sequence), frameIv(sequence), uint32(sizeBytes)])
    : Buffer.concat([uint32(sequence), frameIv(sequence)])
}

import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'

/** Below this, in bytes, the plain code is faster than a hop to the platform's. */
const SMALL_BYTES = 4096

/** SHA-256 by the platform where it offers that (not on plain-http pages), else by noble. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  const subtle = globalThis.crypto?.subtle
  if (subtle === undefined || bytes.length < SMALL_BYTES) return nobleSha256(bytes)
  return new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}

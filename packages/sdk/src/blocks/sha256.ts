import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'

/** Below this, in bytes, the plain code is faster than a hop to the browser's. */
const SMALL_BYTES = 4096

/** SHA-256 of bytes that come in pieces. */
export interface Sha256 {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

/**
 * Node's own (20.16 or later), five times as fast; asked for at run time, so that no bundle for browsers holds or misses it.
 */
const node = globalThis.process?.getBuiltinModule?.('node:crypto')

/** SHA-256 by Node or by the browser where it offers that (not on plain-http pages), else by noble. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  if (node !== undefined) return node.hash('sha256', bytes, 'buffer')
  const subtle = globalThis.crypto?.subtle
  if (subtle === undefined || bytes.length < SMALL_BYTES) return nobleSha256(bytes)
  return new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
}

/** The same for bytes that come in pieces, by Node or by noble. */
export function createSha256(): Sha256 {
  return node?.createHash('sha256') ?? nobleSha256.create()
}

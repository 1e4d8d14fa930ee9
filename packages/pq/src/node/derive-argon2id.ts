// Not by name: a Node without it would not even load this file.
import crypto from 'node:crypto'
import { promisify } from 'node:util'
import { argon2idAsync } from '@noble/hashes/argon2.js'
import type { KdfCost } from './key-file-format.ts'

/** What {@link deriveArgon2id} derives from. */
interface Argon2Input {
  readonly salt: Uint8Array
  readonly cost: KdfCost
  readonly keyBytes: number
}

/** argon2id (RFC 9106): 0.2 s natively for a key file's cost, some seconds in JavaScript where this Node has none. */
export function deriveArgon2id(message: Uint8Array, { salt, cost, keyBytes }: Argon2Input): Promise<Uint8Array> {
  const { memoryKiB, passes, parallelism } = cost
  if (typeof crypto.argon2 !== 'function') {
    // A turn for others every tenth of a second; more often would make it slower still.
    const options = { m: memoryKiB, t: passes, p: parallelism, dkLen: keyBytes, asyncTick: 100 }
    return argon2idAsync(message, salt, options)
  }
  const parameters = { message, nonce: salt, memory: memoryKiB, passes, parallelism, tagLength: keyBytes }
  return promisify(crypto.argon2)('argon2id', parameters)
}

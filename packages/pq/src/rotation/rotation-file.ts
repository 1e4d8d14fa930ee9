import { utf8ToBytes } from '@noble/hashes/utils.js'
import { decodeBase64, encodeBase64 } from '../base64.ts'
import { PqError } from '../pq-error.ts'

/** A signed statement that names new keys, with the key that verifies it. */
export interface Rotation {
  /** DSSE envelope of a `RotationStatement`, signed by the old keys. */
  readonly envelope: Uint8Array
  /** The old ML-DSA-87 key, a 2,614-byte SubjectPublicKeyInfo; untrusted until its hash is the wanted one. */
  readonly spki: Uint8Array
}

/** Largest file of rotations that is read: some eighty of them. */
export const ROTATIONS_MAX_BYTES = 1024 * 1024

/** The bytes of `rotations.json`: a JSON array of `{envelope, spki}`, both base64, the oldest first, no white space. */
export function encodeRotations(rotations: readonly Rotation[]): Uint8Array {
  return utf8ToBytes(toJson(rotations))
}

function toJson(rotations: readonly Rotation[]): string {
  return JSON.stringify(
    rotations.map(({ envelope, spki }) => ({ envelope: encodeBase64(envelope), spki: encodeBase64(spki) })),
  )
}

/**
 * Reads `rotations.json` in exactly the form {@link encodeRotations} writes. Nothing is verified here.
 *
 * @throws PqError `ROTATION_MALFORMED`
 */
export function decodeRotations(bytes: Uint8Array): readonly Rotation[] {
  if (bytes.length > ROTATIONS_MAX_BYTES) throw malformed()
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const rotations = (JSON.parse(text) as { envelope: string; spki: string }[]).map(
      ({ envelope, spki }): Rotation => ({ envelope: decodeBase64(envelope)!, spki: decodeBase64(spki)! }),
    )
    if (toJson(rotations) === text) return rotations
  } catch (cause) {
    throw malformed(cause)
  }
  throw malformed()
}

/** Those of the first list, and behind them those of the second that are not in it. */
export function joinRotations(first: readonly Rotation[], second: readonly Rotation[]): readonly Rotation[] {
  const known = new Set(first.map(({ envelope }) => encodeBase64(envelope)))
  return [...first, ...second.filter(({ envelope }) => !known.has(encodeBase64(envelope)))]
}

function malformed(cause?: unknown): PqError {
  return new PqError('ROTATION_MALFORMED', 'The list of key rotations is not in the one form that is written.', {
    cause,
  })
}

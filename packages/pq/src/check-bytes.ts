import { isBytes } from '@noble/hashes/utils.js'
import { PqError, type PqErrorCode } from './pq-error.ts'

/** What {@link checkBytes} names in its errors. */
export interface BytesCheck {
  /** With its article: `an ML-KEM-1024 ciphertext`. */
  readonly what: string
  /** The one right length; left out, any is. */
  readonly length?: number
  /** Of a wrong length. */
  readonly code?: PqErrorCode
}

/**
 * Refuses what the implementations would each refuse in their own words, or take for something else.
 *
 * @throws PqError `PQ_INPUT_TYPE`, or the given code for a wrong length
 */
export function checkBytes(
  value: unknown,
  { what, length, code = 'PQ_KEY_MALFORMED' }: BytesCheck,
): asserts value is Uint8Array {
  // The tag is read off what a value is, not off its prototype.
  if (!isBytes(value) || Object.prototype.toString.call(value) !== '[object Uint8Array]' || isDetached(value)) {
    throw new PqError('PQ_INPUT_TYPE', `Wanted was ${what} as a Uint8Array; this is ${typeOf(value)}.`)
  }
  if (length !== undefined && value.length !== length) {
    throw new PqError(code, `Wanted was ${what} of ${length} bytes; this one has ${value.length}.`)
  }
}

/** Its bytes went to another thread, which leaves none; old engines do not tell. Asking for the buffer costs: only then. */
function isDetached(value: Uint8Array): boolean {
  return value.length === 0 && (value.buffer as { detached?: boolean }).detached === true
}

/** Never the value itself: it may be a secret. */
function typeOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Array.isArray(value) ? 'an array' : (value.constructor?.name ?? 'an object')
}

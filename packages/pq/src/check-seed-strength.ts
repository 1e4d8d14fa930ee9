import { PqError } from './pq-error.ts'

/** Fewer different bytes than this among 32 come by chance once in 2⁸³ seeds. */
const DISTINCT_MIN = 12
const PRINTABLE = { from: 0x20, to: 0x7e }

/**
 * Refuses a seed of 32 bytes that nobody drew at random: one byte over and over, a short pattern that repeats, bytes that
 * count up or down, typed text, hexadecimal digits. A random seed is refused once in 2⁴⁵ (when it happens to be all text).
 *
 * Warning: entropy cannot be seen in bytes. A seed hashed from a guessable passphrase, made by a broken generator, or used
 * elsewhere, passes.
 *
 * @throws PqError `PQ_SEED_WEAK`
 */
export function checkSeedStrength(seed: Uint8Array): void {
  const steps = seed.slice(1).map((byte, at) => byte - seed[at]!)
  const why =
    distinct(seed) < DISTINCT_MIN || repeats(seed)
      ? 'is a pattern that repeats'
      : distinct(steps) < DISTINCT_MIN
        ? 'counts'
        : seed.every((byte) => byte >= PRINTABLE.from && byte <= PRINTABLE.to)
          ? 'is text'
          : undefined
  if (why === undefined) return
  throw new PqError('PQ_SEED_WEAK', `This seed ${why}: others can guess it. Make one with a random generator.`)
}

function distinct(bytes: Uint8Array): number {
  return new Set(bytes).size
}

/** The second half again the first. */
function repeats(seed: Uint8Array): boolean {
  const half = seed.length >> 1
  return seed.subarray(0, half).every((byte, at) => byte === seed[half + at])
}

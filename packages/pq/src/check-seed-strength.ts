import { PqError } from './pq-error.ts'

/** Fewer different bytes than this among 32 come by chance once in 2⁸³; among 28, once in 2⁶⁴. */
const DISTINCT_MIN = 12
const PRINTABLE = { from: 0x20, to: 0x7e }

/**
 * Refuses a secret of 32 bytes that nobody drew at random: one byte over and over, a short pattern that repeats, bytes or words
 * that count up or down, typed text, hexadecimal digits. A random one is refused once in 2⁴⁵, when it happens to be all text.
 *
 * Warning: entropy cannot be seen in bytes. A secret that was hashed from a guessable passphrase, came from a broken
 * generator, or is known from elsewhere, passes.
 *
 * @throws PqError `PQ_SEED_WEAK`
 */
export function checkSeedStrength(seed: Uint8Array): void {
  const why =
    distinct(seed) < DISTINCT_MIN || repeats(seed)
      ? 'is a pattern that repeats'
      : counts(seed)
        ? 'counts'
        : seed.every((byte) => byte >= PRINTABLE.from && byte <= PRINTABLE.to)
          ? 'is text'
          : undefined
  if (why === undefined) return
  throw new PqError(
    'PQ_SEED_WEAK',
    `This secret ${why}: others can guess it. Nothing was made of it; draw one at random.`,
  )
}

function distinct(bytes: Uint8Array): number {
  return new Set(bytes).size
}

/** Bytes one to four places apart keep their distance: one counter, several in turns, or one of 16 or 32 bits. */
function counts(seed: Uint8Array): boolean {
  return [1, 2, 3, 4].some((lag) => distinct(seed.slice(lag).map((byte, at) => byte - seed[at]!)) < DISTINCT_MIN)
}

/** The second half again the first. */
function repeats(seed: Uint8Array): boolean {
  const half = seed.length >> 1
  return seed.subarray(0, half).every((byte, at) => byte === seed[half + at])
}

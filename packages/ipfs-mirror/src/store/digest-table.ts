import { randomFillSync } from 'node:crypto'

/** Bytes of a SHA-256 digest. */
const KEY_BYTES = 32
/**
 * A secret random number for each value of each byte: tabulation hashing. Links may name digests that no block has; if they
 * could be chosen to share their slot, fifty thousand of them in one block would take a minute to look up.
 */
const SECRET = new Int32Array(KEY_BYTES * 256)
randomFillSync(SECRET)
/** Above this share of used slots the table doubles. */
const MAX_LOAD = 0.7

/** What a {@link DigestTable} holds for one digest. */
export interface DigestEntry {
  readonly value: number
  readonly sizeBytes: number
}

/**
 * A map from SHA-256 digests to two numbers, in typed arrays: 44 bytes a slot and nothing for the garbage collector, so a
 * million blocks cost about 90 MB where a `Map` with string keys costs several hundred. Entries are never removed.
 */
export class DigestTable {
  #keys: Uint8Array
  #values: Float64Array
  #sizes: Uint32Array
  #mask: number
  /** The hash's upper bits are the slot. */
  #shift: number
  #count = 0

  constructor(expected = 0) {
    const capacity = 2 ** Math.max(6, Math.ceil(Math.log2((expected + 1) / MAX_LOAD)))
    this.#keys = new Uint8Array(capacity * KEY_BYTES)
    this.#values = new Float64Array(capacity)
    this.#sizes = new Uint32Array(capacity)
    this.#mask = capacity - 1
    this.#shift = 32 - Math.log2(capacity)
  }

  /** Number of digests. */
  get size(): number {
    return this.#count
  }

  has(digest: Uint8Array): boolean {
    return this.value(digest) !== 0
  }

  /** The digest's value; 0 when it has none. */
  value(digest: Uint8Array): number {
    return this.#values[this.#slot(digest)]!
  }

  get(digest: Uint8Array): DigestEntry | undefined {
    const slot = this.#slot(digest)
    const value = this.#values[slot]!
    return value === 0 ? undefined : { value, sizeBytes: this.#sizes[slot]! }
  }

  /** Sets both numbers. `value` is not 0, which marks a free slot. */
  set(digest: Uint8Array, value: number, sizeBytes = 0): void {
    const slot = this.#slot(digest)
    if (this.#values[slot] === 0) {
      this.#keys.set(digest, slot * KEY_BYTES)
      this.#count++
    }
    this.#values[slot] = value
    this.#sizes[slot] = sizeBytes
    if (this.#count > (this.#mask + 1) * MAX_LOAD) this.#grow()
  }

  /** Every entry, in no particular order. `digest` is a view: copy it to keep it. */
  *entries(): Generator<DigestEntry & { readonly digest: Uint8Array }> {
    for (let slot = 0; slot <= this.#mask; slot++) {
      const value = this.#values[slot]!
      if (value !== 0) yield { digest: this.#key(slot), value, sizeBytes: this.#sizes[slot]! }
    }
  }

  #key(slot: number): Uint8Array {
    return this.#keys.subarray(slot * KEY_BYTES, (slot + 1) * KEY_BYTES)
  }

  /** The digest's slot, or the free one where it belongs. */
  #slot(digest: Uint8Array): number {
    let slot = hashOf(digest) >>> this.#shift
    while (this.#values[slot] !== 0 && !this.#equals(slot, digest)) slot = (slot + 1) & this.#mask
    return slot
  }

  #equals(slot: number, digest: Uint8Array): boolean {
    const at = slot * KEY_BYTES
    for (let i = 0; i < KEY_BYTES; i++) if (this.#keys[at + i] !== digest[i]) return false
    return true
  }

  #grow(): void {
    const larger = new DigestTable(this.#count * 1.5)
    for (const { digest, value, sizeBytes } of this.entries()) larger.set(digest, value, sizeBytes)
    this.#keys = larger.#keys
    this.#values = larger.#values
    this.#sizes = larger.#sizes
    this.#mask = larger.#mask
    this.#shift = larger.#shift
  }
}

function hashOf(digest: Uint8Array): number {
  let hash = 0
  for (let i = 0; i < KEY_BYTES; i++) hash ^= SECRET[(i << 8) | digest[i]!]!
  return hash
}

/** Room for the largest chunk several times over, and for hundreds of small files. */
const ARENA_BYTES = 4 * 1024 * 1024

/** Memory that files are read into, one after the other. */
interface Arena {
  readonly bytes: Buffer
  used: number
  /** Pieces that were reserved and not released. */
  pending: number
}

/**
 * Memory for what is read, used again and again: left to the garbage collector, 10 GB of chunks would be freed too late for
 * memory to stay flat, and each small file would cost an allocation.
 */
export class ReadBuffers {
  readonly #arenas = new Map<ArrayBufferLike, Arena>()
  readonly #free: Arena[] = []
  #current = this.#newArena()

  /** Room for so many bytes, at most {@link ARENA_BYTES}; to be given back with {@link release}. */
  reserve(sizeBytes: number): Uint8Array {
    if (this.#current.used + sizeBytes > ARENA_BYTES) this.#current = this.#free.pop() ?? this.#newArena()
    const arena = this.#current
    const from = arena.used
    arena.used += sizeBytes
    arena.pending++
    return arena.bytes.subarray(from, arena.used)
  }

  /** Takes back what `reserve` gave, once nobody reads it any more. Other memory is left alone. */
  release(bytes: Uint8Array): void {
    const arena = this.#arenas.get(bytes.buffer)
    if (arena === undefined || --arena.pending > 0) return
    arena.used = 0
    if (arena !== this.#current) this.#free.push(arena)
  }

  #newArena(): Arena {
    const arena = { bytes: Buffer.allocUnsafeSlow(ARENA_BYTES), used: 0, pending: 0 }
    this.#arenas.set(arena.bytes.buffer, arena)
    return arena
  }
}

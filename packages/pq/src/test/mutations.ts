import fc from 'fast-check'

/** Tampers with bytes; may by chance give the same ones. */
export type Mutation = (bytes: Uint8Array) => Uint8Array

/**
 * How often something signed or sealed is tampered with: a sample in `npm test`, all of it in CI (`SLOW_TESTS=1 npm test -- mutations`),
 * or what `MUTATION_RUNS` says.
 */
export const MUTATION_RUNS = Number(process.env.MUTATION_RUNS ?? (process.env.SLOW_TESTS ? 10_000 : 500))
/** The same for what takes hundredths of a second each time. */
export const SLOW_MUTATION_RUNS = process.env.MUTATION_RUNS ? MUTATION_RUNS : MUTATION_RUNS / 5

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const length = fc.integer({ min: 1, max: 64 })

/** One random change: a bit flipped, a part cut out, repeated or exchanged with another, the end of another valid one put on. */
export function mutations(other: Uint8Array): fc.Arbitrary<Mutation> {
  return fc.oneof(
    fc.record({ at: place, bit: fc.integer({ min: 0, max: 7 }) }).map(({ at, bit }) => flip(at, bit)),
    fc.tuple(place, length).map(([at, count]) => cut(at, count)),
    fc.tuple(place, length).map(([at, count]) => repeat(at, count)),
    fc.tuple(place, place, length).map(([a, b, count]) => swap(a, b, count)),
    fc.tuple(place, place).map(([at, from]) => splice(other, at, from)),
  )
}

const index = (at: number, bytes: Uint8Array) => Math.floor(at * bytes.length)

function flip(at: number, bit: number): Mutation {
  return (bytes) => {
    // Not slice: that of a Buffer is the same memory.
    const changed = new Uint8Array(bytes)
    changed[index(at, bytes)]! ^= 1 << bit
    return changed
  }
}

function cut(at: number, count: number): Mutation {
  return (bytes) => joined(bytes.subarray(0, index(at, bytes)), bytes.subarray(index(at, bytes) + count))
}

function repeat(at: number, count: number): Mutation {
  return (bytes) => {
    const end = index(at, bytes) + count
    return joined(bytes.subarray(0, end), bytes.subarray(index(at, bytes)))
  }
}

function swap(a: number, b: number, count: number): Mutation {
  return (bytes) => {
    const [first, second] = [index(Math.min(a, b), bytes), index(Math.max(a, b), bytes)]
    const middle = Math.min(first + count, second)
    const one = bytes.subarray(first, middle)
    const other = bytes.subarray(second, second + count)
    return joined(
      bytes.subarray(0, first),
      other,
      bytes.subarray(middle, second),
      one,
      bytes.subarray(second + other.length),
    )
  }
}

function splice(other: Uint8Array, at: number, from: number): Mutation {
  return (bytes) => joined(bytes.subarray(0, index(at, bytes)), other.subarray(index(from, other)))
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

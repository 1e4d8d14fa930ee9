import { murmur364 } from '@multiformats/murmur3'

/** Bits of a name's hash, hence the deepest level of a sharded directory. */
const HASH_BITS = 64

/** The slot of a name at one level, from its murmur3-x64-64 hash, highest bits first; `undefined` below the deepest level. */
export async function shardSlots(name: string): Promise<(level: number, fanout: number) => number | undefined> {
  const bytes = await murmur364.encode(new TextEncoder().encode(name))
  let hash = 0n
  for (const byte of bytes.subarray(0, HASH_BITS / 8)) hash = (hash << 8n) | BigInt(byte)
  return (level, fanout) => {
    const bits = Math.log2(fanout)
    const shift = HASH_BITS - bits * (level + 1)
    return shift < 0 ? undefined : Number((hash >> BigInt(shift)) & BigInt(fanout - 1))
  }
}

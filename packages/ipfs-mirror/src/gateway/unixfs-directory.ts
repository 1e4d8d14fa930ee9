import type { PBLink } from '@ipld/dag-pb'
import { murmur364 } from '@multiformats/murmur3'
import type { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'
import type { ReadBlock } from './read-block.ts'
import { decodeUnixfs, malformed, type UnixfsNode } from './unixfs-node.ts'

type Shard = Extract<UnixfsNode, { kind: 'shard' }>

/** One name in a directory. */
export interface DirectoryEntry {
  readonly name: string
  readonly cid: CID
  /** Bytes of the whole DAG below, as the directory claims. */
  readonly tsizeBytes: number
}

/** What a lookup found, and the inner shard blocks it had to read on its way. */
export interface Lookup {
  readonly cid: CID | undefined
  readonly shards: readonly Block[]
}

/** Finds one name in a plain or HAMT-sharded directory, reading only the shards on its path. */
export async function findEntry(
  directory: Extract<UnixfsNode, { kind: 'directory' | 'shard' }>,
  name: string,
  read: ReadBlock,
): Promise<Lookup> {
  // Inner shards stand under bare prefixes, so the empty name would find one of them.
  if (name === '') return { cid: undefined, shards: [] }
  if (directory.kind === 'directory') {
    return { cid: directory.links.find((link) => link.Name === name)?.Hash, shards: [] }
  }
  const hash = await hashBits(name)
  const shards: Block[] = []
  let shard: Shard = directory
  for (let depth = 0; (depth + 1) * shard.bitsPerLevel <= hash.length; depth++) {
    const { bitsPerLevel, prefixLength } = shard
    const position = Number.parseInt(hash.slice(depth * bitsPerLevel, (depth + 1) * bitsPerLevel), 2)
    const prefix = position.toString(16).toUpperCase().padStart(prefixLength, '0')
    const named = shard.links.find((link) => link.Name === prefix + name)
    if (named) return { cid: named.Hash, shards }
    const inner = shard.links.find((link) => link.Name === prefix)
    if (!inner) return { cid: undefined, shards }
    const bytes = await read(inner.Hash)
    shards.push({ cid: inner.Hash, bytes })
    shard = innerShard(inner.Hash, bytes)
  }
  return { cid: undefined, shards }
}

/** Every entry of a directory; shard blocks that were read are given to `onShard`. */
export async function* listEntries(
  directory: Extract<UnixfsNode, { kind: 'directory' | 'shard' }>,
  read: ReadBlock,
  onShard?: (block: Block) => void,
): AsyncGenerator<DirectoryEntry> {
  if (directory.kind === 'directory') {
    for (const link of directory.links) yield entry(link, link.Name ?? '')
    return
  }
  const pending: PBLink[] = [...directory.links].reverse()
  const { prefixLength } = directory
  for (let link = pending.pop(); link; link = pending.pop()) {
    const name = link.Name ?? ''
    if (name.length > prefixLength) {
      yield entry(link, name.slice(prefixLength))
      continue
    }
    const bytes = await read(link.Hash)
    onShard?.({ cid: link.Hash, bytes })
    pending.push(...[...innerShard(link.Hash, bytes).links].reverse())
  }
}

function entry(link: PBLink, name: string): DirectoryEntry {
  return { name, cid: link.Hash, tsizeBytes: link.Tsize ?? 0 }
}

function innerShard(cid: CID, bytes: Uint8Array): Shard {
  const node = decodeUnixfs(cid, bytes)
  if (node.kind !== 'shard') throw malformed(cid, `it is a ${node.kind} where a shard should be`)
  return node
}

/** The name's 64 hash bits, the first one of the first byte first. */
async function hashBits(name: string): Promise<string> {
  const bytes = await murmur364.encode(new TextEncoder().encode(name))
  return [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
}

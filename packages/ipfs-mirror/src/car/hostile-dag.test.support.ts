import { DAG_PB, rawCidFromSha256, SHA2_256 } from '@domainsync/core'
import { encode, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import type { Block } from '../store/block-store.ts'
import { MAX_BLOCK_BYTES, sha256 } from './block-fault.ts'

/** A DAG that costs more than it is worth. */
export interface HostileDag {
  readonly root: CID
  readonly blocks: ReadonlyMap<string, Block>
}

type Link = { readonly Name: string; readonly Hash: CID; readonly Tsize?: number }

const HAMT = () => new UnixFS({ type: 'hamt-sharded-directory', fanout: 256n, hashType: 0x22n })
const hex = (slot: number) => slot.toString(16).toUpperCase().padStart(2, '0')

/** A directory of one shard level below another, each linked from all 256 slots of the one above: 256^levels paths. */
export function shardBomb(levels: number): HostileDag {
  const dag = new Dag()
  let cid = dag.node([{ Name: '00name', Hash: dag.raw('leaf') }], HAMT())
  for (let level = 0; level < levels; level++) {
    const below = cid
    cid = dag.node(
      Array.from({ length: 256 }, (_, slot) => ({ Name: hex(slot), Hash: below })),
      HAMT(),
    )
  }
  return dag.under(cid)
}

/** A file of so many levels, each all of the same thousand parts: 1,000^levels parts of a byte, in `levels` + 1 blocks. */
export function fileBomb(levels: number): HostileDag {
  const dag = new Dag()
  let cid = dag.raw('x')
  let sizeBytes = 1n
  for (let level = 0; level < levels; level++) {
    const part = cid
    const links = Array.from({ length: 1000 }, () => ({ Name: '', Hash: part }))
    cid = dag.node(links, new UnixFS({ type: 'file', blockSizes: links.map(() => sizeBytes) }))
    sizeBytes *= 1000n
  }
  return dag.under(cid)
}

/** A chain of directories. */
export function chain(length: number): HostileDag {
  const dag = new Dag()
  let cid = dag.node([{ Name: 'leaf', Hash: dag.raw('leaf') }], new UnixFS({ type: 'directory' }))
  for (let n = 1; n < length; n++) cid = dag.node([{ Name: 'd', Hash: cid }], new UnixFS({ type: 'directory' }))
  return dag.under(cid)
}

/** A chain of blocks as large as they may be, each with nothing but links: as many as fit, the next block first or last. */
export function wideChain(length: number, next: 'first' | 'last'): HostileDag {
  const dag = new Dag()
  let cid = dag.raw('end')
  for (let n = 0; n < length; n++) cid = dag.block(linksAlone(cid, { seed: n, next }))
  return dag.under(cid)
}

/** Field 2 of a PBNode, a link of so many bytes, whose field 1 is a CID of so many bytes. */
const LINK_HEAD = [0x12, 38, 0x0a, 36]
const LINK_BYTES = LINK_HEAD.length + 36

/** Written by hand: the encoder takes seconds for a block. */
function linksAlone(chained: CID, { seed, next }: { seed: number; next: 'first' | 'last' }): Uint8Array {
  const links = Math.floor(MAX_BLOCK_BYTES / LINK_BYTES)
  const bytes = new Uint8Array(links * LINK_BYTES)
  const view = new DataView(bytes.buffer)
  const { bytes: other } = rawCidFromSha256(new Uint8Array(32))
  for (let i = 0; i < links; i++) {
    const at = i * LINK_BYTES
    bytes.set(LINK_HEAD, at)
    if (i === (next === 'first' ? 0 : links - 1)) {
      bytes.set(chained.bytes, at + LINK_HEAD.length)
      continue
    }
    bytes.set(other, at + LINK_HEAD.length)
    view.setUint32(at + 8, seed)
    view.setUint32(at + 12, i)
  }
  return bytes
}

class Dag {
  readonly #blocks = new Map<string, Block>()

  raw(text: string): CID {
    const bytes = new TextEncoder().encode(text)
    return this.#put({ cid: rawCidFromSha256(sha256(bytes)), bytes })
  }

  node(links: readonly Link[], unixfs: UnixFS): CID {
    return this.block(encode(prepare({ Data: unixfs.marshal(), Links: [...links] })))
  }

  /** A dag-pb block. */
  block(bytes: Uint8Array): CID {
    return this.#put({ cid: CID.createV1(DAG_PB, Digest.create(SHA2_256, sha256(bytes))), bytes })
  }

  under(root: CID): HostileDag {
    return { root, blocks: this.#blocks }
  }

  #put(block: Block): CID {
    this.#blocks.set(`${block.cid}`, block)
    return block.cid
  }
}

/** A source that counts what it is asked for. */
export function countingSource({ blocks }: HostileDag) {
  const counts = { asked: 0 }
  return {
    name: 'hostile',
    counts,
    async get(cid: CID) {
      counts.asked++
      return blocks.get(`${cid}`)?.bytes
    },
  }
}

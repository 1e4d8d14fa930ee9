import { RAW } from '@domainsync/core'
import { decode, type PBLink } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { DagError } from './dag-error.ts'

/** Fan-outs of sharded directories that are read; importers write 256. */
const MAX_FANOUT = 1024

/** A named link of a directory. */
export interface DirectoryEntry {
  readonly name: string
  readonly cid: CID
}

/** A link of one level of a sharded directory: an entry, or a deeper level. */
export type ShardEntry =
  | { readonly kind: 'entry'; readonly slot: number; readonly name: string; readonly cid: CID }
  | { readonly kind: 'level'; readonly slot: number; readonly cid: CID }

/** One block of a UnixFS DAG, decoded. */
export type UnixFsNode =
  | {
      readonly kind: 'file'
      readonly data: Uint8Array
      readonly parts: readonly FilePart[]
      readonly sizeBytes: number
    }
  | { readonly kind: 'directory'; readonly entries: readonly DirectoryEntry[] }
  | { readonly kind: 'shard'; readonly fanout: number; readonly entries: readonly ShardEntry[] }

/** A part of a chunked file, with the size that the block above declares for it. */
export interface FilePart {
  readonly cid: CID
  readonly sizeBytes: number
}

/**
 * Decodes a block whose hash was verified (UnixFS specification; a raw block is a file).
 *
 * @throws DagError `DAG_MALFORMED`, `DAG_UNSUPPORTED`
 */
export function decodeNode(cid: CID, bytes: Uint8Array): UnixFsNode {
  if (cid.code === RAW) return { kind: 'file', data: bytes, parts: [], sizeBytes: bytes.length }
  const { links, unixfs } = decodeDagPb(cid, bytes)
  switch (unixfs.type) {
    case 'file':
    case 'raw':
      return decodeFile(cid, links, unixfs)
    case 'directory':
      return {
        kind: 'directory',
        entries: uniqueNames(
          cid,
          links.map((link) => entry(cid, link)),
        ),
      }
    case 'hamt-sharded-directory':
      return decodeShard(cid, links, unixfs)
    default:
      throw new DagError('DAG_UNSUPPORTED', `${cid} is a ${unixfs.type}; releases hold files and directories only.`)
  }
}

function decodeDagPb(cid: CID, bytes: Uint8Array): { links: readonly PBLink[]; unixfs: UnixFS } {
  try {
    const { Data, Links } = decode(bytes)
    if (Data === undefined) throw new Error('it has no data')
    return { links: Links, unixfs: UnixFS.unmarshal(Data) }
  } catch (cause) {
    throw new DagError('DAG_MALFORMED', `${cid} is not a UnixFS block.`, { cause })
  }
}

function decodeFile(cid: CID, links: readonly PBLink[], unixfs: UnixFS): UnixFsNode {
  if (links.length !== unixfs.blockSizes.length) {
    throw new DagError('DAG_MALFORMED', `${cid} has ${links.length} parts but ${unixfs.blockSizes.length} sizes.`)
  }
  const parts = links.map(({ Hash }, index) => ({ cid: Hash, sizeBytes: safeSize(cid, unixfs.blockSizes[index]!) }))
  return { kind: 'file', data: unixfs.data ?? new Uint8Array(), parts, sizeBytes: safeSize(cid, unixfs.fileSize()) }
}

function decodeShard(cid: CID, links: readonly PBLink[], unixfs: UnixFS): UnixFsNode {
  const fanout = Number(unixfs.fanout ?? 0n)
  if (fanout < 8 || fanout > MAX_FANOUT || (fanout & (fanout - 1)) !== 0) {
    throw new DagError('DAG_UNSUPPORTED', `${cid} is a sharded directory with a fan-out of ${fanout}.`)
  }
  const prefixLength = (fanout - 1).toString(16).length
  const entries = links.map((link): ShardEntry => {
    const prefix = link.Name?.slice(0, prefixLength) ?? ''
    const slot = /^[0-9A-F]+$/.test(prefix) && prefix.length === prefixLength ? Number.parseInt(prefix, 16) : -1
    if (slot < 0 || slot >= fanout) throw new DagError('DAG_MALFORMED', `${cid} has a link outside of its slots.`)
    if (link.Name?.length === prefixLength) return { kind: 'level', slot, cid: link.Hash }
    return { kind: 'entry', slot, ...entry(cid, { ...link, Name: link.Name!.slice(prefixLength) }) }
  })
  if (new Set(entries.map(({ slot }) => slot)).size !== entries.length) {
    throw new DagError('DAG_MALFORMED', `${cid} uses a slot twice.`)
  }
  return { kind: 'shard', fanout, entries }
}

/** Names that no path can say, or that would leave the folder on disk, are refused. */
function entry(cid: CID, { Name: name, Hash }: PBLink): DirectoryEntry {
  if (name === undefined || name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) {
    throw new DagError('DAG_MALFORMED', `${cid} has an entry with the name ${JSON.stringify(name ?? '')}.`)
  }
  return { name, cid: Hash }
}

function uniqueNames(cid: CID, entries: readonly DirectoryEntry[]): readonly DirectoryEntry[] {
  if (new Set(entries.map(({ name }) => name)).size === entries.length) return entries
  throw new DagError('DAG_MALFORMED', `${cid} has two entries with one name.`)
}

function safeSize(cid: CID, size: bigint): number {
  if (size >= 0n && size <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(size)
  throw new DagError('DAG_MALFORMED', `${cid} declares a size of ${size}.`)
}

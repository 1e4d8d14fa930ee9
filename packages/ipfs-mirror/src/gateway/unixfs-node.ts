import { DAG_PB, DomainSyncError, RAW } from '@domainsync/core'
import { decode, type PBLink, type PBNode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'

/** A piece of a file that lies in another block; offsets are bytes of the file this node is. */
export interface FilePart {
  readonly cid: CID
  readonly fromByte: number
  readonly sizeBytes: number
}

/** What one block says, read as UnixFS. */
export type UnixfsNode =
  | {
      readonly kind: 'file'
      readonly sizeBytes: number
      readonly data: Uint8Array
      readonly parts: readonly FilePart[]
    }
  | { readonly kind: 'directory'; readonly links: readonly PBLink[] }
  | {
      readonly kind: 'shard'
      readonly links: readonly PBLink[]
      readonly bitsPerLevel: number
      readonly prefixLength: number
    }
  | { readonly kind: 'symlink' }

/**
 * Reads a verified block as UnixFS 1.
 *
 * @throws DomainSyncError `CODEC_UNSUPPORTED` for codecs other than dag-pb and raw, `UNIXFS_MALFORMED` for bytes that are
 * not UnixFS or contradict themselves.
 */
export function decodeUnixfs(cid: CID, bytes: Uint8Array): UnixfsNode {
  if (cid.code === RAW) return { kind: 'file', sizeBytes: bytes.length, data: bytes, parts: [] }
  if (cid.code !== DAG_PB) {
    throw new DomainSyncError('CODEC_UNSUPPORTED', `${cid} is neither dag-pb nor raw; only UnixFS content is served.`, {
      retryable: false,
    })
  }
  const [node, unixfs] = decodeDagPb(cid, bytes)
  switch (unixfs.type) {
    case 'raw':
    case 'file':
      return fileNode(cid, node, unixfs)
    case 'directory':
      return { kind: 'directory', links: node.Links }
    case 'hamt-sharded-directory':
      return shardNode(cid, node, unixfs)
    case 'symlink':
      return { kind: 'symlink' }
    default:
      throw malformed(cid, `its type is ${unixfs.type}`)
  }
}

function decodeDagPb(cid: CID, bytes: Uint8Array): [PBNode, UnixFS] {
  try {
    const node = decode(bytes)
    return [node, UnixFS.unmarshal(node.Data ?? new Uint8Array())]
  } catch (cause) {
    throw malformed(cid, 'it cannot be decoded', cause)
  }
}

function fileNode(cid: CID, node: PBNode, { data = new Uint8Array(), blockSizes }: UnixFS): UnixfsNode {
  if (blockSizes.length !== node.Links.length) throw malformed(cid, 'it has not one size for each link')
  let sizeBytes = data.length
  const parts = node.Links.map((link, index): FilePart => {
    const part = { cid: link.Hash, fromByte: sizeBytes, sizeBytes: Number(blockSizes[index]) }
    sizeBytes += part.sizeBytes
    return part
  })
  if (!Number.isSafeInteger(sizeBytes)) throw malformed(cid, 'its size is not a safe integer')
  return { kind: 'file', sizeBytes, data, parts }
}

/** Murmur3-64 is the only hash that HAMT directories have ever used (UnixFS 1, `hashType` 0x22). */
const HAMT_HASH = 0x22n

function shardNode(cid: CID, node: PBNode, { fanout = 256n, hashType }: UnixFS): UnixfsNode {
  const width = Number(fanout)
  const bitsPerLevel = Math.log2(width)
  if (hashType !== HAMT_HASH || !Number.isInteger(bitsPerLevel) || bitsPerLevel < 3 || bitsPerLevel > 10) {
    throw malformed(cid, `its shard has fanout ${fanout} and hash ${hashType}`)
  }
  return { kind: 'shard', links: node.Links, bitsPerLevel, prefixLength: (width - 1).toString(16).length }
}

export function malformed(cid: CID, what: string, cause?: unknown): DomainSyncError {
  return new DomainSyncError('UNIXFS_MALFORMED', `${cid} is not well-formed UnixFS: ${what}.`, {
    cause,
    retryable: false,
  })
}

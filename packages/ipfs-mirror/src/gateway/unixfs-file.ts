import type { CID } from 'multiformats/cid'
import type { ReadBlock } from './read-block.ts'
import { decodeUnixfs, malformed, type UnixfsNode } from './unixfs-node.ts'

/** A file node. */
export type FileNode = Extract<UnixfsNode, { kind: 'file' }>

/** Bytes of a file, both ends included. */
export interface ByteRange {
  readonly fromByte: number
  readonly toByte: number
}

/** A block of a file and the bytes of the asked range that lie in it (none for inner nodes). */
export interface FilePiece {
  readonly cid: CID
  readonly bytes: Uint8Array
  readonly data: Uint8Array
}

/** No writer makes trees this deep; a hostile one may. */
const MAX_DEPTH = 32

/**
 * The blocks of a file that a range needs, depth first, starting with the given one.
 *
 * @throws DomainSyncError `UNIXFS_MALFORMED` when a part is not as long as its parent says: the length was already promised.
 */
export async function* filePieces(
  block: { cid: CID; bytes: Uint8Array },
  { read, range, depth = 0 }: { read: ReadBlock; range?: ByteRange | undefined; depth?: number },
): AsyncGenerator<FilePiece> {
  const node = decodeUnixfs(block.cid, block.bytes)
  if (node.kind !== 'file') throw malformed(block.cid, `it is a ${node.kind} where a file should be`)
  if (depth > MAX_DEPTH) throw malformed(block.cid, `its file is deeper than ${MAX_DEPTH} blocks`)
  const { fromByte, toByte } = range ?? { fromByte: 0, toByte: node.sizeBytes - 1 }
  yield { ...block, data: node.data.subarray(Math.max(fromByte, 0), Math.max(toByte + 1, 0)) }
  for (const part of node.parts) {
    if (part.sizeBytes === 0 || part.fromByte > toByte || part.fromByte + part.sizeBytes <= fromByte) continue
    const bytes = await read(part.cid)
    const child = decodeUnixfs(part.cid, bytes)
    if (child.kind !== 'file' || child.sizeBytes !== part.sizeBytes) {
      throw malformed(part.cid, 'its size is not what its file says')
    }
    const inner = { fromByte: fromByte - part.fromByte, toByte: toByte - part.fromByte }
    yield* filePieces({ cid: part.cid, bytes }, { read, range: inner, depth: depth + 1 })
  }
}

/** The bytes of a file, or of a range of it. */
export async function* fileBytes(
  block: { cid: CID; bytes: Uint8Array },
  options: { read: ReadBlock; range?: ByteRange | undefined },
): AsyncGenerator<Uint8Array> {
  for await (const { data } of filePieces(block, options)) if (data.length > 0) yield data
}

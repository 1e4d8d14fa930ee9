import { DAG_PB, SHA2_256 } from '@domainsync/core'
import { encode } from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { sha256 } from '../car/block-fault.ts'
import type { Block } from '../store/block-store.ts'
import { fileNodeData } from './file-node-data.ts'
import { MAX_FILE_LINKS } from './unixfs-profile.ts'

/** A part of a file: a chunk, or a node over some. */
export interface FilePart {
  readonly cid: CID
  /** Bytes of the file in it. */
  readonly fileBytes: number
  /** Bytes of all blocks under it, as links state it. */
  readonly dagBytes: number
}

/**
 * The balanced tree over a file's chunks, two or more: each level's nodes link to as many parts as the profile allows, the last one to
 * what is left. Every node is given to `put`, parts first.
 */
export async function layOutFile(
  chunks: readonly FilePart[],
  put: (block: Block) => Promise<void> | undefined,
): Promise<FilePart> {
  let level = chunks
  do {
    const above: FilePart[] = []
    for (let at = 0; at < level.length; at += MAX_FILE_LINKS) {
      above.push(await nodeOver(level.slice(at, at + MAX_FILE_LINKS), put))
    }
    level = above
  } while (level.length > 1)
  return level[0]!
}

async function nodeOver(
  parts: readonly FilePart[],
  put: (block: Block) => Promise<void> | undefined,
): Promise<FilePart> {
  const bytes = encode({
    Data: fileNodeData(parts.map(({ fileBytes }) => fileBytes)),
    Links: parts.map(({ cid, dagBytes }) => ({ Hash: cid, Name: '', Tsize: dagBytes })),
  })
  const cid = CID.createV1(DAG_PB, Digest.create(SHA2_256, sha256(bytes)))
  await put({ cid, bytes })
  return {
    cid,
    fileBytes: parts.reduce((sum, part) => sum + part.fileBytes, 0),
    dagBytes: parts.reduce((sum, part) => sum + part.dagBytes, bytes.length),
  }
}

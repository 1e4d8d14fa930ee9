import { DAG_PB, SHA2_256 } from '@domainsync/core'
import { encode, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { importer } from 'ipfs-unixfs-importer'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { sha256 } from '../car/block-fault.ts'
import type { Block } from '../store/block-store.ts'
import type { DagNode } from './dag-node.ts'
import { MAX_DIRECTORY_BLOCK_BYTES, UNIXFS_PROFILE } from './unixfs-profile.ts'

/** One entry of a directory. */
export interface DirectoryEntry extends Pick<DagNode, 'cid' | 'dagBytes'> {
  readonly name: string
}

const DIRECTORY_DATA = new UnixFS({ type: 'directory' }).marshal()
/** Bytes a link has besides its name, at least: tag and length, CID, name tag and length, size. */
const LEAST_LINK_BYTES = 2 + 2 + 36 + 2 + 2

/**
 * The directory with these entries: one block, or a HAMT when that would be over 256 KiB. The order of the entries does not
 * matter. Every block made is given to `put`.
 */
export async function buildDirectory(
  entries: readonly DirectoryEntry[],
  put: (block: Block) => Promise<void> | undefined,
): Promise<DagNode> {
  const least = entries.reduce((sum, { name }) => sum + LEAST_LINK_BYTES + name.length, 0)
  const bytes = least > MAX_DIRECTORY_BLOCK_BYTES ? undefined : encodeFlat(entries)
  if (bytes === undefined || bytes.length > MAX_DIRECTORY_BLOCK_BYTES) return buildHamt(entries, put)
  const digest = sha256(bytes)
  const cid = CID.createV1(DAG_PB, Digest.create(SHA2_256, digest))
  await put({ cid, bytes })
  return { cid, dagBytes: entries.reduce((sum, entry) => sum + entry.dagBytes, bytes.length), blocks: [digest] }
}

function encodeFlat(entries: readonly DirectoryEntry[]): Uint8Array {
  const Links = entries.map(({ name, cid, dagBytes }) => ({ Hash: cid, Name: name, Tsize: dagBytes }))
  return encode(prepare({ Data: DIRECTORY_DATA, Links }))
}

/** The importer's own tree builder, fed with entries whose CIDs are known. */
async function buildHamt(
  entries: readonly DirectoryEntry[],
  put: (block: Block) => Promise<void> | undefined,
): Promise<DagNode> {
  const blocks: Uint8Array[] = []
  const blockstore = {
    async put(cid: CID, bytes: Uint8Array) {
      blocks.push(cid.multihash.digest)
      await put({ cid, bytes })
      return cid
    },
  }
  const known = entries.map(({ name, cid, dagBytes }) => ({ path: name, cid, size: BigInt(dagBytes) }))
  async function* dagBuilder() {
    for (const entry of known) yield async () => entry
  }
  let root: { cid: CID; size: bigint } | undefined
  for await (const node of importer([], blockstore, {
    profile: UNIXFS_PROFILE,
    wrapWithDirectory: true,
    dagBuilder,
  })) {
    root = node
  }
  if (root === undefined) throw new Error('the importer made no directory')
  return { cid: root.cid, dagBytes: Number(root.size), blocks }
}

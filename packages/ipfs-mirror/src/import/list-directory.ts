import { type BlockSource, type CallOptions, DAG_PB } from '@domainsync/core'
import { decode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { blockFault } from '../car/block-fault.ts'
import { DagError } from '../car/dag-error.ts'
import type { DirectoryEntry } from './build-directory.ts'

/**
 * The entries of a UnixFS directory, a HAMT's in all its shards, in no particular order. Every block is verified.
 *
 * @throws DagError `BLOCK_MISSING`, `BLOCK_MISMATCH`, `BLOCK_MALFORMED` when it is not a directory.
 */
export async function listDirectory(
  directory: CID,
  source: BlockSource,
  options: CallOptions = {},
): Promise<DirectoryEntry[]> {
  const bytes = await source.get(directory, options)
  if (bytes === undefined) throw new DagError('BLOCK_MISSING', `${source.name} does not have block ${directory}.`)
  if (blockFault(directory, bytes) !== undefined) {
    throw new DagError('BLOCK_MISMATCH', `${source.name} gave other bytes than those of block ${directory}.`)
  }
  const { prefix, links } = readNode(directory, bytes)
  if (prefix === undefined) return links
  const entries: DirectoryEntry[] = []
  for (const link of links) {
    if (link.name.length === prefix) entries.push(...(await listDirectory(link.cid, source, options)))
    else entries.push({ ...link, name: link.name.slice(prefix) })
  }
  return entries
}

/** A directory's links; `prefix` is the number of hex digits before each name in a HAMT shard. */
function readNode(cid: CID, bytes: Uint8Array): { prefix: number | undefined; links: DirectoryEntry[] } {
  try {
    if (cid.code !== DAG_PB) throw new Error('it is a raw block')
    const { Data, Links } = decode(bytes)
    if (Data === undefined) throw new Error('it has no UnixFS data')
    const { type, fanout } = UnixFS.unmarshal(Data)
    const links = Links.map(({ Name = '', Hash, Tsize = 0 }) => ({ name: Name, cid: Hash, dagBytes: Tsize }))
    if (type === 'directory') return { prefix: undefined, links }
    if (type !== 'hamt-sharded-directory' || fanout === undefined) throw new Error(`it is a ${type}`)
    return { prefix: (fanout - 1n).toString(16).length, links }
  } catch (cause) {
    throw new DagError('BLOCK_MALFORMED', `Block ${cid} is not a directory.`, { cause, retryable: false })
  }
}

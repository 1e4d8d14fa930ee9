import { type BlockSource, type CallOptions, DAG_PB } from '@domainsync/core'
import { decode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import type { CID } from 'multiformats/cid'
import { blockFault } from '../car/block-fault.ts'
import { CidMarks } from '../car/cid-marks.ts'
import { DagError } from '../car/dag-error.ts'
import type { DirectoryEntry } from './build-directory.ts'

/** Entries of one directory that are listed: what a hostile one may cost. */
export const MAX_DIRECTORY_ENTRIES = 500_000

/**
 * The entries of a UnixFS directory, a HAMT's in all its shards, in no particular order. Every block is verified.
 *
 * @throws DagError `BLOCK_MISSING`, `BLOCK_MISMATCH`, `BLOCK_MALFORMED` when it is not a directory, or a HAMT has one shard in
 * two places; `DAG_TOO_LARGE`
 */
export async function listDirectory(
  directory: CID,
  source: BlockSource,
  options: CallOptions = {},
): Promise<DirectoryEntry[]> {
  const entries: DirectoryEntry[] = []
  const shards = [directory]
  const met = new CidMarks()
  for (let cid = shards.pop(); cid !== undefined; cid = shards.pop()) {
    // No name belongs to two places, so no shard but an empty one could.
    if (met.get(cid) !== 0) throw notDirectory(directory, `its shard ${cid} stands in two places`)
    met.set(cid, 1)
    const { prefix = 0, links } = readNode(cid, await loadVerified(cid, source, options))
    for (const link of links) {
      if (prefix > 0 && link.name.length === prefix) shards.push(link.cid)
      else entries.push(prefix === 0 ? link : { ...link, name: link.name.slice(prefix) })
    }
    if (entries.length + shards.length > MAX_DIRECTORY_ENTRIES) {
      const message = `${directory} has more than ${MAX_DIRECTORY_ENTRIES} entries.`
      throw new DagError('DAG_TOO_LARGE', message, { retryable: false })
    }
  }
  return entries
}

async function loadVerified(cid: CID, source: BlockSource, options: CallOptions): Promise<Uint8Array> {
  const bytes = await source.get(cid, options)
  if (bytes === undefined) throw new DagError('BLOCK_MISSING', `${source.name} does not have block ${cid}.`)
  if (blockFault(cid, bytes) === undefined) return bytes
  throw new DagError('BLOCK_MISMATCH', `${source.name} gave other bytes than those of block ${cid}.`)
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
    throw notDirectory(cid, 'it is something else', cause)
  }
}

function notDirectory(cid: CID, why: string, cause?: unknown): DagError {
  return new DagError('BLOCK_MALFORMED', `Block ${cid} is not a directory: ${why}.`, { cause, retryable: false })
}

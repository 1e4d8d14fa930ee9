import type { BlockSource } from '@domainsync/core'
import type { ImportCandidate } from 'ipfs-unixfs-importer'
import { importer } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'

/** Blocks in memory: an honest source for tests of what reads them. */
export interface MemorySource extends BlockSource {
  readonly blocks: Map<string, Uint8Array>
  /** CIDs asked for, in order. */
  readonly asked: string[]
  put(cid: CID, bytes: Uint8Array): void
}

export function createMemorySource(name = 'memory'): MemorySource {
  const blocks = new Map<string, Uint8Array>()
  const asked: string[] = []
  return {
    name,
    blocks,
    asked,
    put: (cid, bytes) => void blocks.set(cid.toString(), bytes),
    async get(cid, { signal } = {}) {
      signal?.throwIfAborted()
      asked.push(cid.toString())
      return blocks.get(cid.toString())
    },
  }
}

/** A folder given as path → bytes, imported with the profile of releases. */
export async function importFiles(
  files: Readonly<Record<string, Uint8Array>>,
  { into, shardAt }: { into: MemorySource; shardAt?: number },
): Promise<CID> {
  const candidates: ImportCandidate[] = Object.entries(files).map(([path, content]) => ({ path, content }))
  const store = {
    async put(cid: CID, bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array) {
      into.put(cid, bytes as Uint8Array)
      return cid
    },
  }
  let root: CID | undefined
  const options = {
    profile: 'unixfs-v1-2025' as const,
    wrapWithDirectory: true,
    ...(shardAt === undefined ? {} : { shardSplitThresholdBytes: shardAt }),
  }
  for await (const entry of importer(candidates, store as never, options)) root = entry.cid
  if (root === undefined) throw new Error('nothing was imported')
  return root
}

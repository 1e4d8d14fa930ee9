import { importer } from 'ipfs-unixfs-importer'
import { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'

/** Files by path; text or bytes. */
export type Files = Readonly<Record<string, string | Uint8Array>>

/** A folder as blocks, the way other IPFS software makes them (IPIP-499 profile), so that readers meet foreign DAGs too. */
export async function siteBlocks(
  files: Files,
  options: { shardSplitThresholdBytes?: number; shardFanoutBits?: number } = {},
): Promise<{ root: CID; blocks: Block[] }> {
  const blocks: Block[] = []
  const sink = {
    async put(cid: CID, bytes: Uint8Array) {
      blocks.push({ cid: CID.parse(`${cid}`), bytes })
      return cid
    },
  }
  const source = Object.entries(files).map(([path, content]) => ({
    path,
    content: typeof content === 'string' ? new TextEncoder().encode(content) : content,
  }))
  let root: CID | undefined
  const settings = { profile: 'unixfs-v1-2025' as const, wrapWithDirectory: true, ...options }
  for await (const entry of importer(source, sink as unknown as Parameters<typeof importer>[1], settings)) {
    root = CID.parse(`${entry.cid}`)
  }
  if (!root) throw new Error('no files')
  return { root, blocks }
}

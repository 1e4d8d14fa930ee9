import type { BlockSource, CallOptions } from '@domainsync/core'
import { errorCode } from '@domainsync/core'
import { exportDags } from '@domainsync/ipfs-mirror'
import type { CID } from 'multiformats/cid'
import { BLOCKS_FOLDER, type Contents } from './layout.ts'
import { releaseClaim } from './release-claim.ts'
import type { TarContent } from './write-tar.ts'

/** Roots, each with the nodes that kept it. */
export type WantedRoots = ReadonlyMap<string, { readonly root: CID; readonly nodes: readonly string[] }>

/** Filled while the blocks are written. */
export type WrittenContents = { readonly [Key in 'releases' | 'missing']: Contents[Key][number][] }

/** The blocks of all wanted releases as files of an archive; what they turn out to hold is noted in `written`. */
export async function* backupBlocks(
  wanted: WantedRoots,
  source: BlockSource,
  { written, signal }: CallOptions & { written: WrittenContents },
): AsyncGenerator<TarContent> {
  const roots = [...wanted.values()].map(({ root }) => root)
  let files = 0
  for await (const part of exportDags(roots, source, { signal })) {
    const root = `${part.root}`
    switch (part.kind) {
      case 'car': {
        const name = `${BLOCKS_FOLDER}/${`${++files}`.padStart(6, '0')}.car`
        yield { name, sizeBytes: part.sizeBytes, chunks: part.chunks }
        break
      }
      case 'whole':
        written.releases.push({
          root,
          ...(await releaseClaim(part.root, source, { signal })),
          stores: [...wanted.get(root)!.nodes],
        })
        break
      case 'missing':
        written.missing.push({ root, code: errorCode(part.error) })
    }
  }
}

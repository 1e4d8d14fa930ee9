import { type CallOptions, errorCode } from '@domainsync/core'
import type { BlockStore } from '../store/block-store.ts'
import type { WantedRelease } from './wanted-releases.ts'

/** Those of some pinned releases of which the disk lost a block, as far as that was noticed: nothing is read again but nodes. */
export async function damagedReleases(
  releases: readonly WantedRelease[],
  { store, ...call }: CallOptions & { store: BlockStore },
): Promise<WantedRelease[]> {
  const damaged: WantedRelease[] = []
  for (const one of releases) {
    try {
      await store.requireWhole(one.root, call)
    } catch (error) {
      if (!isDamage(error)) throw error
      damaged.push(one)
    }
  }
  return damaged
}

/** The disk gave other bytes than were written; the block can be fetched again. */
export function isDamage(error: unknown): boolean {
  return ['BLOCK_DAMAGED', 'DAG_INCOMPLETE'].includes(errorCode(error))
}

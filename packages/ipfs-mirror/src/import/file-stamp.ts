import type { BigIntStats } from 'node:fs'

/**
 * What tells whether a file is still the one that was read. The change time is in it because a restored modification time
 * hides an edit of equal length.
 */
export interface FileStamp {
  readonly sizeBytes: number
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly inode: bigint
}

export function stampOf(stats: BigIntStats): FileStamp {
  return { sizeBytes: Number(stats.size), mtimeNs: stats.mtimeNs, ctimeNs: stats.ctimeNs, inode: stats.ino }
}

export function sameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.inode === b.inode
}

/** Two writes so close may leave the same change time: the kernel's clock ticks every 1 to 10 ms. */
const FINE_TICK_NS = 100_000_000n
/** File systems that keep whole seconds round by up to two. */
const COARSE_TICK_NS = 2_000_000_000n

/** Whether a later write could leave the stamp as it is, because the file changed only just before `nowNs`. */
export function isTooFresh({ mtimeNs, ctimeNs }: FileStamp, nowNs: bigint): boolean {
  const last = ctimeNs > mtimeNs ? ctimeNs : mtimeNs
  return nowNs - last < (last % 1_000_000_000n === 0n ? COARSE_TICK_NS : FINE_TICK_NS)
}

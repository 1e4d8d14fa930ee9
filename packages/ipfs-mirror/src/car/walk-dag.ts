import type { BlockSource, CallOptions } from '@domainsync/core'
import { linksOf } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import type { Block } from '../store/block-store.ts'
import { type BlockFault, blockFault, isSupported, MAX_BLOCK_BYTES } from './block-fault.ts'
import { CidMarks } from './cid-marks.ts'
import { DagError } from './dag-error.ts'
import { MAX_DAG_BLOCKS, MAX_LINKS_AHEAD } from './dag-limits.ts'
import { LinkStack } from './link-stack.ts'

/** Blocks asked for ahead of the one that is due. */
export const WALK_CONCURRENCY = 8

/** Options of {@link walkDag}. */
export interface WalkOptions extends CallOptions {
  /** Blocks in flight at a time. */
  concurrency?: number
  /** Distinct blocks allowed. Default {@link MAX_DAG_BLOCKS}. */
  maxBlocks?: number
  /** The source has hashed what it gives; it is not hashed again. */
  isVerified?: boolean
  /** What other walks have met is left out with all below it; this walk adds to it. Their DAGs must have been walked whole. */
  marks?: CidMarks
}

/**
 * The verified blocks of a DAG, each once, depth first, parents before children, links in their order: always the same
 * order, whatever order the source answers in.
 *
 * @throws DagError `BLOCK_MISSING` (the source does not have it), `BLOCK_MISMATCH` (it gave other bytes),
 * `BLOCK_UNSUPPORTED` (not CIDv1, dag-pb or raw, SHA-256), `BLOCK_TOO_LARGE` (> 2 MiB), `BLOCK_MALFORMED` (not dag-pb, or with
 * links that no release has), `DAG_TOO_LARGE` (more blocks or links than any release has).
 */
export async function* walkDag(root: CID, source: BlockSource, options: WalkOptions = {}): AsyncGenerator<Block> {
  const {
    signal,
    timeoutMs,
    concurrency = WALK_CONCURRENCY,
    maxBlocks = MAX_DAG_BLOCKS,
    isVerified = false,
    marks = new CidMarks(),
  } = options
  if (!isSupported(root)) throw faultError('unsupported', root, source.name)
  const ahead = new Map<string, Promise<Uint8Array | undefined>>()
  /** What is left to visit, the next one last. */
  const stack = new LinkStack()
  stack.push(root)
  let blocks = 0
  for (let cid = stack.pop(); cid !== undefined; cid = stack.pop()) {
    if (marks.get(cid) !== 0) continue
    marks.set(cid, 1)
    if (++blocks > maxBlocks) throw tooLarge(root, `${maxBlocks} blocks`)
    signal?.throwIfAborted()
    const key = cid.toString()
    const due = ahead.get(key) ?? source.get(cid, { signal, timeoutMs })
    ahead.set(key, due)
    for (let i = stack.length - 1; i >= 0 && ahead.size < concurrency && stack.length - i < concurrency; i--) {
      const next = stack.peek(i)
      if (marks.get(next) !== 0 || ahead.has(next.toString())) continue
      const early = source.get(next, { signal, timeoutMs })
      // Its turn may never come; when it does, the rejection is seen there.
      early.catch(() => undefined)
      ahead.set(next.toString(), early)
    }
    const bytes = await due
    ahead.delete(key)
    if (bytes === undefined)
      throw new DagError('BLOCK_MISSING', `${source.name} does not have block ${cid} of ${root}.`)
    const fault = isVerified ? undefined : blockFault(cid, bytes)
    if (fault !== undefined) throw faultError(fault, cid, source.name)
    for (const link of childrenOf(cid, bytes, source.name).reverse()) if (marks.get(link) === 0) stack.push(link)
    if (stack.length > MAX_LINKS_AHEAD) throw tooLarge(root, `${MAX_LINKS_AHEAD} links ahead`)
    yield { cid, bytes }
  }
}

function tooLarge(root: CID, what: string): DagError {
  return new DagError('DAG_TOO_LARGE', `${root} has more than ${what}, which no release has.`, { retryable: false })
}

function childrenOf(cid: CID, bytes: Uint8Array, from: string): CID[] {
  try {
    return linksOf(cid, bytes)
  } catch (cause) {
    throw new DagError('BLOCK_MALFORMED', `Block ${cid} from ${from} is not a node of a release.`, {
      cause,
      retryable: false,
    })
  }
}

function faultError(fault: BlockFault, cid: CID, from: string): DagError {
  switch (fault) {
    case 'mismatch':
      return new DagError('BLOCK_MISMATCH', `${from} gave other bytes than those of block ${cid}; do not trust it.`)
    case 'too-large':
      return new DagError('BLOCK_TOO_LARGE', `Block ${cid} from ${from} is over ${MAX_BLOCK_BYTES} bytes.`, {
        retryable: false,
      })
    case 'unsupported':
      return new DagError('BLOCK_UNSUPPORTED', `Block ${cid} is not CIDv1, dag-pb or raw, SHA-256.`, {
        retryable: false,
      })
  }
}

import type { BlockSource, CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { loadBlock } from '../blocks/load-block.ts'
import type { CarBlock } from '../car/car-bytes.ts'
import { DagError } from './dag-error.ts'
import { linksOf } from './links-of.ts'
import { MAX_LISTED_ENTRIES } from './list-files.ts'

/** Blocks asked for ahead of the one that is due. */
const READ_AHEAD = 16

/**
 * Every block under a root once, verified, depth first, parents before children, links in their order.
 *
 * @throws DagError `DAG_TOO_LARGE`, `DAG_MALFORMED`; BlockError
 */
export async function* walkBlocks(root: CID, source: BlockSource, call: CallOptions = {}): AsyncIterable<CarBlock> {
  const stop = new AbortController()
  const signal = call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal
  const ahead = new Map<string, Promise<Uint8Array>>()
  const met = new Set<string>([root.toString()])
  /** What is left to visit, the next one last. */
  const stack = [root]
  const load = (cid: CID) => {
    const key = cid.toString()
    const loading = ahead.get(key) ?? loadBlock(cid, source, { ...call, signal })
    loading.catch(() => {}) // Awaited in its turn, or given up with the whole walk.
    ahead.set(key, loading)
    return loading
  }
  try {
    for (let cid = stack.pop(); cid !== undefined; cid = stack.pop()) {
      const due = load(cid)
      for (const next of stack.slice(-READ_AHEAD)) load(next)
      const bytes = await due
      ahead.delete(cid.toString())
      for (const link of linksOf(cid, bytes).reverse()) {
        if (met.has(link.toString())) continue
        met.add(link.toString())
        stack.push(link)
      }
      if (met.size > MAX_LISTED_ENTRIES) {
        throw new DagError('DAG_TOO_LARGE', `${root} has more than ${MAX_LISTED_ENTRIES} blocks.`)
      }
      yield { cid, bytes }
    }
  } finally {
    stop.abort(new DOMException('The walk ended.', 'AbortError'))
  }
}

import { decodeNode } from '@domainsync/sdk'
import { CidMarks } from '../car/cid-marks.ts'
import { DagError } from '../car/dag-error.ts'
import { MAX_LINKS_AHEAD } from '../car/dag-limits.ts'
import { LinkStack } from '../car/link-stack.ts'
import { walkDag } from '../car/walk-dag.ts'
import type { Block } from '../store/block-store.ts'
import { fileBlocks } from './file-blocks.ts'
import type { FoundPath } from './find-path.ts'
import type { StoredBlocks } from './stored-blocks.ts'
import { type DagScope, type EntityBytes, entityRange } from './trustless-format.ts'

/** Blocks read at a time: what a reader, however slow, holds in memory besides the one being sent. */
const READ_AHEAD = 2

interface Asked {
  readonly source: StoredBlocks
  readonly scope: DagScope
  readonly entityBytes: EntityBytes | undefined
}

/** The blocks of a CAR answer, each once: those that prove the path, then the end of the path in the asked scope. */
export async function* carBlocks(found: FoundPath, asked: Asked): AsyncGenerator<Block> {
  const sent = new CidMarks()
  for (const block of found.trail) sent.set(block.cid, 1)
  yield* found.trail
  for await (const block of scopeBlocks(found, asked)) if (sent.get(block.cid) === 0) yield block
}

/** Each block once. */
async function* scopeBlocks(found: FoundPath, { source, scope, entityBytes }: Asked): AsyncGenerator<Block> {
  switch (scope) {
    case 'block':
      yield found.block
      return
    case 'entity':
      yield* entityBlocks(found, { source, entityBytes })
      return
    case 'all':
      yield* walkDag(found.cid, source, { concurrency: READ_AHEAD, isVerified: true })
  }
}

/** All blocks of a file or of the asked part of it; of a directory, those that list its names. */
async function* entityBlocks(
  { node, block }: FoundPath,
  { source, entityBytes }: Pick<Asked, 'source' | 'entityBytes'>,
): AsyncGenerator<Block> {
  switch (node.kind) {
    case 'file': {
      const range = entityBytes && entityRange(entityBytes, node.sizeBytes)
      if (entityBytes && !range) yield block
      else yield* fileBlocks(block, { source, range })
      return
    }
    case 'directory':
      yield block
      return
    case 'shard':
      yield* shardBlocks(block, source)
  }
}

async function* shardBlocks(top: Block, source: StoredBlocks): AsyncGenerator<Block> {
  const met = new CidMarks()
  const levels = new LinkStack()
  levels.push(top.cid)
  for (let cid = levels.pop(); cid !== undefined; cid = levels.pop()) {
    if (met.get(cid) !== 0) continue
    met.set(cid, 1)
    const bytes = await source.get(cid)
    yield { cid, bytes }
    const node = decodeNode(cid, bytes)
    if (node.kind !== 'shard') continue
    for (const entry of node.entries.toReversed()) if (entry.kind === 'level') levels.push(entry.cid)
    if (levels.length > MAX_LINKS_AHEAD) {
      throw new DagError('DAG_TOO_LARGE', `${top.cid} is a directory of too many levels.`, { retryable: false })
    }
  }
}

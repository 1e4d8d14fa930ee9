import { decodeNode } from '@domainsync/sdk'
import { walkDag } from '../car/walk-dag.ts'
import type { Block } from '../store/block-store.ts'
import { fileBlocks } from './file-blocks.ts'
import type { FoundPath } from './find-path.ts'
import type { StoredBlocks } from './stored-blocks.ts'
import { type DagScope, type EntityBytes, entityRange } from './trustless-format.ts'

interface Asked {
  readonly source: StoredBlocks
  readonly scope: DagScope
  readonly entityBytes: EntityBytes | undefined
}

/** The blocks of a CAR answer, each once: those that prove the path, then the end of the path in the asked scope. */
export async function* carBlocks(found: FoundPath, asked: Asked): AsyncGenerator<Block> {
  const seen = new Set<string>()
  for await (const block of blocksOf(found, asked)) {
    const key = block.cid.toString()
    if (seen.has(key)) continue
    seen.add(key)
    yield block
  }
}

async function* blocksOf(found: FoundPath, { source, scope, entityBytes }: Asked): AsyncGenerator<Block> {
  yield* found.trail
  switch (scope) {
    case 'block':
      yield found.block
      return
    case 'entity':
      yield* entityBlocks(found, { source, entityBytes })
      return
    case 'all':
      yield* walkDag(found.cid, source)
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

async function* shardBlocks(block: Block, source: StoredBlocks): AsyncGenerator<Block> {
  yield block
  const node = decodeNode(block.cid, block.bytes)
  if (node.kind !== 'shard') return
  for (const entry of node.entries) {
    if (entry.kind === 'level') yield* shardBlocks({ cid: entry.cid, bytes: await source.get(entry.cid) }, source)
  }
}

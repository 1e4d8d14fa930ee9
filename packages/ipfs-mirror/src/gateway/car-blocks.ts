import type { Block } from '../store/block-store.ts'
import { dagBlocks } from './dag-blocks.ts'
import type { ReadBlock } from './read-block.ts'
import { type DagScope, type EntityBytes, entityRange } from './trustless-format.ts'
import { listEntries } from './unixfs-directory.ts'
import { filePieces } from './unixfs-file.ts'
import type { ResolvedPath } from './unixfs-path.ts'

/** The blocks of a CAR answer, each once: those that prove the path, then the end of the path in the asked scope. */
export async function* carBlocks(
  found: ResolvedPath,
  { read, scope, entityBytes }: { read: ReadBlock; scope: DagScope; entityBytes: EntityBytes | undefined },
): AsyncGenerator<Block> {
  const seen = new Set<string>()
  for await (const block of allBlocks()) {
    const key = block.cid.toString()
    if (seen.has(key)) continue
    seen.add(key)
    yield block
  }

  async function* allBlocks(): AsyncGenerator<Block> {
    yield* found.trail
    switch (scope) {
      case 'block':
        yield found.block
        return
      case 'entity':
        yield* entityBlocks(found, { read, entityBytes })
        return
      case 'all':
        yield* dagBlocks(found.cid, { read })
    }
  }
}

/** All blocks of a file or of the asked part of it; of a directory, those that list its names. */
async function* entityBlocks(
  { node, block }: ResolvedPath,
  { read, entityBytes }: { read: ReadBlock; entityBytes: EntityBytes | undefined },
): AsyncGenerator<Block> {
  if (node.kind === 'file') {
    const range = entityBytes && entityRange(entityBytes, node.sizeBytes)
    if (entityBytes && !range) yield block
    else yield* filePieces(block, { read, range })
    return
  }
  yield block
  if (node.kind !== 'shard') return
  const shards: Block[] = []
  for await (const _ of listEntries(node, read, (shard) => shards.push(shard))) yield* shards.splice(0)
  yield* shards
}

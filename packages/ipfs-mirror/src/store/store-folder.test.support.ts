import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rawCidFromSha256 } from '@domainsync/core'
import { afterEach, beforeEach } from 'vitest'
import { sha256 } from '../car/block-fault.ts'
import { buildDirectory } from '../import/build-directory.ts'
import type { Block, BlockStore } from './block-store.ts'
import { openBlockStore, type StoreOptions } from './open-block-store.ts'

/** A raw block of some text. */
export function block(text: string): Block {
  const bytes = new TextEncoder().encode(text)
  return { cid: rawCidFromSha256(sha256(bytes)), bytes }
}

/** A directory of raw files, its own block last. */
export async function directory(...leaves: Block[]): Promise<Block[]> {
  const made: Block[] = []
  const entries = leaves.map(({ cid, bytes }, i) => ({ name: `file-${i}`, cid, dagBytes: bytes.length }))
  await buildDirectory(entries, (node) => {
    made.push(node)
    return undefined
  })
  return [...leaves, ...made]
}

/** A new folder for a store in every test, and what is done with it. */
export function useStoreFolder() {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  return {
    folder: () => folder,
    pack: () => join(folder, 'blocks.pack'),
    index: () => join(folder, 'blocks.index'),
    async withStore<T>(use: (store: BlockStore) => Promise<T>, options?: StoreOptions): Promise<T> {
      const store = await openBlockStore(folder, options)
      try {
        return await use(store)
      } finally {
        await store.close()
      }
    },
  }
}

/** Flips one bit of a file. */
export async function damage(file: string, at: number): Promise<void> {
  const bytes = await readFile(file)
  bytes[at]! ^= 1
  await writeFile(file, bytes)
}

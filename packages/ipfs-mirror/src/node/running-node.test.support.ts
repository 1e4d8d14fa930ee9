import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { onTestFinished } from 'vitest'
import { type Files, siteBlocks } from '../gateway/site-blocks.test.support.ts'
import type { BlockStore } from '../store/block-store.ts'
import { type EmbeddedNode, type NodeEvent, type NodeOptions, startNode } from './start-node.ts'

export const TOKEN = 'a-token-of-this-test'

/** A node on a free port with a store of its own; gone when the test is. */
export async function runningNode(
  options: Partial<NodeOptions> = {},
): Promise<EmbeddedNode & { events: NodeEvent[]; path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'domainsync-node-'))
  const events: NodeEvent[] = []
  let node: EmbeddedNode | undefined
  onTestFinished(async () => {
    await node?.close()
    await rm(path, { recursive: true, force: true })
  })
  node = await startNode({ path, port: 0, token: TOKEN, onEvent: (event) => events.push(event), ...options })
  return { ...node, events, path }
}

/** Puts a folder into a store and pins it. */
export async function storeSite(
  store: BlockStore,
  files: Files,
  options?: Parameters<typeof siteBlocks>[1],
): Promise<CID> {
  const { root, blocks } = await siteBlocks(files, options)
  await store.put(blocks)
  await store.pin(root)
  return root
}

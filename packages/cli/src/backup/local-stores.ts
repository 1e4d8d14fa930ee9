import { existsSync } from 'node:fs'
import { type CallOptions, errorCode } from '@domainsync/core'
import { type BlockStore, openBlockStore, pinnedRoots } from '@domainsync/ipfs-mirror'
import type { CID } from 'multiformats/cid'
import type { LoadedConfig } from '../config/load-config.ts'
import { readSecret } from '../config/secret.ts'

/** What the nodes of this machine keep. */
export interface LocalStores {
  /** Roots in the order they were found, each with the nodes that keep it. */
  readonly kept: ReadonlyMap<string, { readonly root: CID; readonly nodes: readonly string[] }>
  /** Blocks of the nodes that are not running; the others are read as replicas. */
  readonly stores: readonly BlockStore[]
  /** Nodes that could not be asked. */
  readonly failures: readonly { readonly node: string; readonly error: unknown }[]
}

interface Opening extends CallOptions {
  readonly config: LoadedConfig
  readonly nodes: readonly { readonly name: string; readonly path: string }[]
  /** Closes the stores in the end. */
  readonly stack: AsyncDisposableStack
}

/** Opens the stores of nodes that stand still, and asks those that run. */
export async function openLocalStores({ config, nodes, stack, ...call }: Opening): Promise<LocalStores> {
  const kept = new Map<string, { root: CID; nodes: string[] }>()
  const stores: BlockStore[] = []
  const failures: { node: string; error: unknown }[] = []
  for (const { name, path } of nodes) {
    if (!existsSync(path)) continue
    try {
      const store = await openUnlessRunning(path)
      if (store !== undefined) stores.push(stack.adopt(store, (one) => one.close()))
      for (const root of store?.pinned() ?? (await ask(name, { config, ...call }))) {
        const known = kept.get(`${root}`)
        if (known === undefined) kept.set(`${root}`, { root, nodes: [name] })
        else known.nodes.push(name)
      }
    } catch (error) {
      call.signal?.throwIfAborted()
      failures.push({ node: name, error })
    }
  }
  return { kept, stores, failures }
}

/** `undefined` when somebody has it open: its node runs. */
async function openUnlessRunning(path: string): Promise<BlockStore | undefined> {
  try {
    return await openBlockStore(path)
  } catch (error) {
    if (errorCode(error) === 'STORE_LOCKED') return undefined
    throw error
  }
}

async function ask(name: string, { config, ...call }: CallOptions & { config: LoadedConfig }): Promise<CID[]> {
  const provider = config.values.providers[name]!
  if (provider.kind !== 'embedded') return []
  const token = await readSecret(provider.token, config, `providers."${name}".token`)
  return pinnedRoots({ name, url: provider.url, token }, call)
}

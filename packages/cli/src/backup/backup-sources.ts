import type { BlockSource } from '@domainsync/core'
import { type CallOptions, errorCode } from '@domainsync/core'
import type { BlockStore } from '@domainsync/ipfs-mirror'
import { createGateway, createReader, firstOf } from '@domainsync/sdk'
import type { LoadedConfig } from '../config/load-config.ts'
import { gatewayUrls } from '../wiring/open-client.ts'
import { openReplicas } from '../wiring/replicas.ts'
import type { WantedRoots } from './backup-blocks.ts'
import { openLocalStores } from './local-stores.ts'
import type { BackupPlan } from './plan-backup.ts'
import { rootsOnChain, rootsUnderWay } from './wanted-roots.ts'

/** Something that a backup could not look at, and so may lack. */
export interface Unseen {
  readonly what: string
  readonly code: string
}

/** Which releases belong into a backup, and where their blocks come from. */
export interface BackupSources {
  readonly wanted: WantedRoots
  readonly source: BlockSource
  readonly unseen: readonly Unseen[]
}

interface Opening extends CallOptions {
  readonly config: LoadedConfig
  readonly plan: BackupPlan
  /** The publisher's own blocks, open; `undefined` where there are none. */
  readonly publisher: BlockStore | undefined
  readonly stack: AsyncDisposableStack
}

/** What the nodes of this machine keep, what the registry holds, and what is under way. */
export async function openBackupSources({ config, plan, publisher, stack, ...call }: Opening): Promise<BackupSources> {
  const { kept, stores, failures } = await openLocalStores({ config, nodes: plan.stores, stack, ...call })
  const unseen: Unseen[] = failures.map(({ node, error }) => ({ what: node, code: errorCode(error) }))
  const onChain = await rootsOnChain(config, call).catch((error: unknown) => {
    call.signal?.throwIfAborted()
    unseen.push({ what: 'the registry', code: errorCode(error) })
    return []
  })
  const underWay = plan.journal === undefined ? [] : await rootsUnderWay(plan.journal)
  const wanted = new Map(kept)
  for (const root of [...onChain, ...underWay]) {
    if (!wanted.has(`${root}`)) wanted.set(`${root}`, { root, nodes: [] })
  }
  const replicas = (await openReplicas(config)).map(({ replica }) => replica.source)
  const gateways = (await gatewayUrls(config)).map((url) => createGateway({ url }))
  const source = firstOf([...stores, ...(publisher ? [publisher] : []), createReader([...replicas, ...gateways])])
  return { wanted, source, unseen }
}

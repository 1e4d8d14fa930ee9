import { type BlockSource, type CallOptions, errorCode, type Replica } from '@domainsync/core'
import { type BlockStore, fetchDag, proveReplication, writeCar } from '@domainsync/ipfs-mirror'
import { createReader } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { countedReplica } from '../steps/counted-replica.ts'
import { replicateRelease } from '../steps/replicate-release.ts'
import { createTransferMeter, type OnTransfer, type TransferProgress } from '../transfer-progress.ts'

/**
 * What became of one root. `held`: K others had it already. `moved`: K others have it now, each shown to. `short`: too few have.
 * `gone`: everybody says that a block of it is not there. `unread`: it could not be read now; try again.
 */
export type MigrationOutcome = 'held' | 'moved' | 'short' | 'gone' | 'unread'

export interface Migration {
  readonly root: string
  readonly outcome: MigrationOutcome
  /** Those that were shown to hold it. */
  readonly holders: readonly string[]
  /** Why it is not held by K others. */
  readonly code?: string
  readonly message?: string
}

export interface MigrateOptions extends CallOptions {
  /** The provider that is left. */
  readonly from: BlockSource
  /** Where else its blocks may be. */
  readonly elsewhere: BlockSource
  /** Those that shall hold it. */
  readonly replicas: readonly Replica[]
  readonly replication: { readonly need: number; readonly trial: boolean }
  readonly blocks: BlockStore
  /** Nothing is moved: roots that others do not hold are only looked for. */
  readonly dryRun?: boolean | undefined
  readonly onTransfer?: OnTransfer | undefined
}

/** Moves one root off a provider: read from there whole, every block verified, sent to the others and read back from them. */
export async function migrateRoot(root: CID, options: MigrateOptions): Promise<Migration> {
  const { from, elsewhere, replicas, replication, blocks, dryRun = false, onTransfer, ...call } = options
  const meterOf = (step: TransferProgress['step']) => createTransferMeter({ step, domain: `${root}` }, onTransfer)
  const look = async () => {
    const meter = meterOf('prove')
    const counted = replicas.map((replica) => countedReplica(replica, meter))
    const result = await proveReplication(root, counted, { ...replication, ...call })
    return { ...result, holders: result.replicas.filter(({ counts }) => counts).map(({ replica }) => replica) }
  }
  const before = await look()
  const { holders } = before
  if (before.ok) return { root: `${root}`, outcome: 'held', holders }
  const wasPinned = blocks.pinned().some((other) => other.equals(root))
  let sizeBytes: number
  try {
    using _hold = blocks.hold()
    const fetched = meterOf('fetch')
    const onBlock = ({ bytes }: { bytes: Uint8Array }) => fetched.add(bytes.length)
    const source = createReader([from], { last: [elsewhere] })
    sizeBytes = await fetchDag(root, { source, store: blocks, onBlock, ...call })
    if (dryRun) return { root: `${root}`, outcome: 'short', holders, code: 'REPLICAS_SHORT' }
    await blocks.pin(root)
  } catch (error) {
    call.signal?.throwIfAborted()
    const code = errorCode(error)
    const outcome = code === 'BLOCK_MISSING' ? 'gone' : 'unread'
    return { root: `${root}`, outcome, holders, code, message: (error as Error).message }
  }
  try {
    const meter = meterOf('replicate')
    const car = () => {
      meter.expect(sizeBytes)
      return meter.counted(writeCar(root, blocks, call))
    }
    const uploads = await replicateRelease(replicas, { root, car, meter, ...call })
    const after = await look()
    if (after.ok) return { root: `${root}`, outcome: 'moved', holders: after.holders }
    const refused = uploads.find(({ code }) => code !== undefined)
    const why = { code: refused?.code ?? after.reason ?? 'REPLICAS_SHORT', message: refused?.message ?? '' }
    return { root: `${root}`, outcome: 'short', holders: after.holders, ...why }
  } finally {
    if (!wasPinned) await blocks.unpin(root)
  }
}

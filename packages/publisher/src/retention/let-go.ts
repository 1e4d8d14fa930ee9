import { type CallOptions, errorCode, type Replica } from '@domainsync/core'
import { type BlockStore, proveRetrieval } from '@domainsync/ipfs-mirror'
import type { CID } from 'multiformats/cid'

/** Stands for the publisher's own blocks in {@link LetGo.keptBy}. */
export const THIS_MACHINE = 'this machine'

/** What became of the copies of one root. */
export interface LetGo {
  /** Who keeps the last copy; absent: nobody has to, or nobody has one. */
  readonly keptBy?: string
  readonly removedFrom: readonly string[]
  /** Who could not be asked, or did not let go; also the providers of copies that stay because none of them was shown to be there. */
  readonly failed: readonly { readonly provider: string; readonly code: string }[]
}

export interface LetGoOptions extends CallOptions {
  readonly replicas: readonly Replica[]
  /** The publisher's own. */
  readonly blocks: Pick<BlockStore, 'pinned' | 'unpin'>
  /** One copy stays, and it is shown to be there before any other goes. */
  readonly keepOne: boolean
  /** Nothing is removed; the result says what would be. */
  readonly dryRun?: boolean | undefined
}

/** Has every provider let go of a root, but for one copy of what once was a release. */
export async function letGo(root: CID, options: LetGoOptions): Promise<LetGo> {
  const { replicas, blocks, keepOne, dryRun = false, ...call } = options
  const failed: { provider: string; code: string }[] = []
  const holders = await holdersOf(root, { replicas, failed, ...call })
  const isHere = blocks.pinned().some((other) => other.equals(root))
  const copies = holders.length + (isHere ? 1 : 0)
  if (keepOne && copies < 2) {
    const keptBy = holders[0]?.name ?? (isHere ? THIS_MACHINE : undefined)
    return { ...(keptBy === undefined ? {} : { keptBy }), removedFrom: [], failed }
  }
  const keeper = keepOne ? await provenHolder(root, holders, call) : undefined
  const keptBy = keeper?.name ?? (keepOne && isHere ? THIS_MACHINE : undefined)
  if (keepOne && keptBy === undefined) {
    return {
      removedFrom: [],
      failed: [...failed, ...holders.map(({ name }) => ({ provider: name, code: 'LAST_COPY' }))],
    }
  }
  const removedFrom: string[] = []
  for (const replica of holders.filter((one) => one !== keeper)) {
    try {
      if (!dryRun) await replica.remove?.(root, call)
      removedFrom.push(replica.name)
    } catch (error) {
      call.signal?.throwIfAborted()
      failed.push({ provider: replica.name, code: errorCode(error) })
    }
  }
  if (isHere && keptBy !== THIS_MACHINE) {
    if (!dryRun) await blocks.unpin(root)
    removedFrom.push(THIS_MACHINE)
  }
  return { ...(keptBy === undefined ? {} : { keptBy }), removedFrom, failed }
}

/** Those that say they have it, in part or whole. */
async function holdersOf(
  root: CID,
  {
    replicas,
    failed,
    ...call
  }: CallOptions & Pick<LetGoOptions, 'replicas'> & { failed: { provider: string; code: string }[] },
): Promise<Replica[]> {
  const removable = replicas.filter(({ remove }) => remove !== undefined)
  const held = await Promise.all(
    removable.map(async (replica) => {
      try {
        return (await replica.status(root, call)) !== 'absent'
      } catch (error) {
        call.signal?.throwIfAborted()
        failed.push({ provider: replica.name, code: errorCode(error) })
        return false
      }
    }),
  )
  return removable.filter((_, index) => held[index])
}

/** The first that gives a sample of it back from its own disk. */
async function provenHolder(root: CID, holders: readonly Replica[], call: CallOptions): Promise<Replica | undefined> {
  for (const replica of holders.filter(({ evidence }) => evidence === 'stored')) {
    if ((await proveRetrieval(root, replica, { mode: 'sample', ...call })).ok) return replica
  }
  return undefined
}

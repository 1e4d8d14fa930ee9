import type { CallOptions, Replica } from '@domainsync/core'
import { reachableOrigins } from '@domainsync/ipfs-mirror'
import type { CID } from 'multiformats/cid'
import type { TransferMeter } from '../transfer-progress.ts'
import { type Upload, uploadRelease } from './upload-release.ts'

export interface ReplicateOptions extends CallOptions {
  readonly root: CID
  /** A new stream of the whole release at each call. */
  readonly car: () => AsyncIterable<Uint8Array>
  /** Those that are only given it again: a proof showed that they do not hold what they say. Absent: everyone is. */
  readonly force?: readonly Replica[]
  /** Told how far it is: every provider, and what `car` counts. */
  readonly meter?: TransferMeter
}

/**
 * Uploads to every provider that takes uploads, all at once; then has those that pull fetch the release from the nodes that were
 * shown to hold it. A provider that fails does not stop the others. In the order of the providers.
 */
export async function replicateRelease(
  replicas: readonly Replica[],
  { root, car, force, meter, ...call }: ReplicateOptions,
): Promise<Upload[]> {
  const wanted = force ?? replicas
  const isForced = force !== undefined
  const uploads = new Map<Replica, Promise<Upload>>()
  const begin = (replica: Replica, give: () => Promise<void>) => {
    const upload = uploadRelease(replica, { root, give, force: isForced, ...call })
    uploads.set(
      replica,
      upload.finally(() => meter?.providerDone()),
    )
  }
  meter?.expectProviders(wanted.length)
  const pulls = wanted.filter(({ upload, pull }) => upload === undefined && pull !== undefined)
  for (const replica of wanted.filter((one) => !pulls.includes(one))) {
    begin(replica, async () => replica.upload?.(root, car, call))
  }
  await Promise.all(uploads.values())
  const origins = pulls.length === 0 ? [] : await reachableOrigins(root, replicas, call)
  for (const replica of pulls) {
    begin(replica, async () => {
      // It does not fetch again what it says it holds.
      if (isForced) await replica.remove?.(root, call)
      await replica.pull?.(root, origins, call)
    })
  }
  return Promise.all(wanted.map((replica) => uploads.get(replica)!))
}

import type { BlockSource, Replica } from '@domainsync/core'
import type { TransferMeter } from '../transfer-progress.ts'

/** The replica, what is read from it counted. */
export function countedReplica(replica: Replica, meter: TransferMeter): Replica {
  const { source } = replica
  const counted: BlockSource = {
    name: source.name,
    async get(cid, call) {
      const bytes = await source.get(cid, call)
      if (bytes !== undefined) meter.add(bytes.length)
      return bytes
    },
    ...(source.car && { car: (root, call) => meter.counted(source.car!(root, call)) }),
  }
  // Everything else stays its own.
  return Object.create(replica, { source: { value: counted } }) as Replica
}

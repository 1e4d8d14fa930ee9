import type { StepDefinition } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import type { PublishContext } from '../publish-context.ts'
import { releaseOf } from '../release-receipt.ts'
import { createTransferMeter } from '../transfer-progress.ts'
import type { CarReceipt } from './car-step.ts'
import { releaseCar } from './release-car.ts'
import { replicateRelease } from './replicate-release.ts'
import type { Upload } from './upload-release.ts'

/** What this step leaves: what each provider says of the release. */
export interface ReplicateReceipt {
  readonly uploads: readonly Upload[]
}

/** Sends the CAR to every provider that takes it, then has the others fetch it. A provider that fails does not stop the others, and is named. */
export function replicateStep(): StepDefinition<PublishContext> {
  /** What became of the uploads of this process, by step key. */
  const sent = new Map<string, readonly Upload[]>()
  return {
    key: 'replicate',

    intent: async (run) => ({ root: releaseOf(run).root }),

    async effect({ context, operation, receipts, stepKey, signal }) {
      const root = CID.parse(releaseOf({ receipts }).root)
      const { path, sizeBytes } = receipts.car as unknown as CarReceipt
      const { replicas, blocks } = context.ports
      const meter = createTransferMeter({ step: 'replicate', domain: operation.domain }, context.onTransfer)
      const car = () => {
        meter.expect(sizeBytes)
        return meter.counted(releaseCar(root, { path, blocks }))
      }
      sent.set(stepKey, await replicateRelease(replicas, { root, car, meter, signal }))
    },

    /** Done when everyone was sent it: by this process, or by one before it and then everyone says so. */
    async observe({ context, receipts, stepKey, signal }) {
      const root = CID.parse(releaseOf({ receipts }).root)
      const known = sent.get(stepKey)
      if (known) return { uploads: known.map((upload) => ({ ...upload })) }
      const { replicas } = context.ports
      const statuses = await Promise.all(
        replicas.map((replica) => replica.status(root, { signal }).catch(() => undefined)),
      )
      signal?.throwIfAborted()
      const held = statuses.every((status) => status === 'pinned')
      return held ? { uploads: replicas.map(({ name }) => ({ provider: name })) } : undefined
    },
  }
}

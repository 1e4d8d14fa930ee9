import { PROOF_BUDGET_BYTES, proveReplication, type Replication, writeCar } from '@domainsync/ipfs-mirror'
import type { StepDefinition, StepRun } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import type { PublishContext } from '../publish-context.ts'
import { createTransferMeter } from '../transfer-progress.ts'
import { UNCOUNTED } from '../uncounted.ts'
import type { CarReceipt } from './car-step.ts'
import { countedReplica } from './counted-replica.ts'
import { insufficient } from './insufficient.ts'
import { type ProvenProvider, provenProvider } from './proven-provider.ts'
import { replicateRelease } from './replicate-release.ts'
import type { Upload } from './upload-release.ts'

/** What this step leaves: who was shown to hold the release. */
export interface ProveReceipt {
  readonly need: number
  readonly held: number
  readonly trial: boolean
  readonly providers: readonly ProvenProvider[]
}

/**
 * No pointer before proof: the release is read back from every provider, and K of them must give all of it. When too few
 * do, those that do not are sent it once more, whatever they say they hold.
 */
export function proveStep(): StepDefinition<PublishContext> {
  /** What this process saw last, by step key: a proof that was just made is not made twice. */
  const looks = new Map<string, Replication>()

  async function look(run: StepRun<PublishContext>): Promise<Replication> {
    const { replicas, replication } = run.context.ports
    const root = CID.parse(run.operation.root!)
    const { sizeBytes } = run.receipts.car as unknown as CarReceipt
    // How much a sample takes is seen only in the end.
    const sample = sizeBytes > PROOF_BUDGET_BYTES
    const meter = createTransferMeter({ step: 'prove', domain: run.operation.domain, sample }, run.context.onTransfer)
    const counted = replicas.map((replica) => {
      if (!sample) meter.expect(sizeBytes)
      return countedReplica(replica, meter)
    })
    const result = await proveReplication(root, counted, { ...replication, signal: run.signal })
    looks.set(run.stepKey, result)
    return result
  }

  return {
    key: 'prove',

    intent: async ({ operation }) => ({ root: operation.root! }),

    async effect(run) {
      const before = looks.get(run.stepKey) ?? (await look(run))
      if (before.ok) return
      const uploads = await sendAgain(run, before)
      const after = await look(run)
      if (!after.ok)
        throw insufficient(run.operation.domain, {
          result: after,
          uploads,
          next: `domainsync publish ${run.operation.domain}`,
        })
    },

    async observe(run) {
      const known = looks.get(run.stepKey)
      const result = known?.ok ? known : await look(run)
      return result.ok ? receiptOf(result) : undefined
    },
  }
}

/** Straight from the publisher's own blocks: the CAR of before may be what was wrong. */
async function sendAgain({ context, signal }: StepRun<PublishContext>, before: Replication): Promise<Upload[]> {
  const { replicas, blocks } = context.ports
  const root = CID.parse(before.root)
  const short = replicas.filter((_, index) => {
    const { counts, reason } = before.replicas[index]!
    return !counts && !UNCOUNTED.has(reason ?? '')
  })
  const car = () => writeCar(root, blocks)
  return replicateRelease(replicas, { root, car, force: short, signal })
}

function receiptOf({ need, held, trial, replicas }: Replication) {
  return { need, held, trial, providers: replicas.map((outcome) => ({ ...provenProvider(outcome) })) }
}

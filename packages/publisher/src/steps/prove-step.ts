import { proveReplication, type ReplicaOutcome, type Replication } from '@domainsync/ipfs-mirror'
import type { StepDefinition } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import type { PublishContext } from '../publish-context.ts'
import { PublishError } from '../publish-error.ts'

/** What this step leaves: who was shown to hold the release. */
export interface ProveReceipt {
  readonly need: number
  readonly held: number
  readonly trial: boolean
  readonly providers: readonly ProvenProvider[]
}

export interface ProvenProvider {
  readonly provider: string
  /** Blocks read back and verified. */
  readonly blocks: number
  readonly latencyMs: number
  /** Why it does not count; absent when it does. */
  readonly code?: string
  /** The first block that it did not give truly. */
  readonly cid?: string
}

/** No pointer before proof: the release is read back from every provider, and K of them must give all of it. */
export const proveStep: StepDefinition<PublishContext> = {
  key: 'prove',

  intent: async ({ operation }) => ({ root: operation.root! }),

  /** Reading is all there is to do. */
  async effect() {},

  async observe({ context, operation, signal }) {
    const { replicas, replication } = context.ports
    const result = await proveReplication(CID.parse(operation.root!), replicas, { ...replication, signal })
    if (!result.ok) throw insufficient(operation.domain, result)
    const providers = result.replicas.map(describe)
    return {
      need: result.need,
      held: result.held,
      trial: result.trial,
      providers: providers.map((one) => ({ ...one })),
    }
  },
}

function describe({ replica, proof, reason }: ReplicaOutcome): ProvenProvider {
  const cid = proof.failures[0]?.cid
  return {
    provider: replica,
    blocks: proof.blocks,
    latencyMs: Math.round(proof.latencyMs),
    ...(reason === undefined ? {} : { code: reason }),
    ...(cid === undefined ? {} : { cid }),
  }
}

function insufficient(domain: string, { held, need, reason, replicas }: Replication): PublishError {
  const shortfall =
    reason === 'FAILURE_DOMAINS_SHORT'
      ? 'the copies share one failure domain'
      : `${held} of the ${need} copies that are needed were proven`
  const reasons = replicas
    .map(describe)
    .flatMap(({ provider, code, cid }) => (code ? [`${provider} ${code} ${cid ?? ''}`.trim()] : []))
  return new PublishError('REPLICATION_INSUFFICIENT', `${domain}: ${shortfall}. ${reasons.join('; ')}`, {
    next: `domainsync publish ${domain}`,
    retryable: true,
  })
}

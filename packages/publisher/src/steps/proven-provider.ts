import type { ReplicaOutcome } from '@domainsync/ipfs-mirror'

/** What one provider showed of a release. */
export interface ProvenProvider {
  readonly provider: string
  /** Blocks read back and verified. */
  readonly blocks: number
  /** True: they are a sample, because the release is larger than is read back whole. */
  readonly sample?: true
  readonly latencyMs: number
  /** Why it does not count; absent when it does. */
  readonly code?: string
  /** The first block that it did not give truly. */
  readonly cid?: string
  /** The provider that its copy really lies with. */
  readonly behind?: string
}

export function provenProvider({ replica, proof, reason, behind }: ReplicaOutcome): ProvenProvider {
  const cid = proof.failures[0]?.cid
  return {
    provider: replica,
    blocks: proof.blocks,
    ...(proof.mode === 'sample' ? { sample: true as const } : {}),
    latencyMs: Math.round(proof.latencyMs),
    ...(reason === undefined ? {} : { code: reason }),
    ...(cid === undefined ? {} : { cid }),
    ...(behind === undefined ? {} : { behind }),
  }
}

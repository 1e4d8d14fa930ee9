import { createEmbeddedReplica } from './embedded.ts'
import { createIpfsClusterReplica } from './ipfs-cluster.ts'
import { createKuboReplica } from './kubo.ts'

/** Every kind of replica by the name that a configuration uses. A new one is its file and its line here. */
export const REPLICA_KINDS = {
  embedded: createEmbeddedReplica,
  kubo: createKuboReplica,
  'ipfs-cluster': createIpfsClusterReplica,
} as const

export type ReplicaKind = keyof typeof REPLICA_KINDS

import { type CallOptions, DomainSyncError, type Evidence, type Replica, type ReplicaStatus } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { findProxies } from './find-proxies.ts'
import type { Proof } from './proof.ts'
import { type ProveOptions, proveRetrieval } from './prove-retrieval.ts'

/** Distinct failure domains that K of N has to span, unless told otherwise. */
export const MIN_FAILURE_DOMAINS = 2

export interface ReplicationOptions extends ProveOptions {
  /** K: how many replicas have to hold the release. */
  readonly need: number
  readonly minFailureDomains?: number | undefined
  /** One machine is enough: for trying things out. The result says so. */
  readonly trial?: boolean | undefined
  /** A node of ours that cannot take one block more still counts: what was counted before is only read back. */
  readonly acceptUntested?: boolean | undefined
}

/** What one replica showed. */
export interface ReplicaOutcome {
  readonly replica: string
  readonly failureDomain: string
  readonly evidence: Evidence
  /** What it says of itself; `undefined` when it could not be asked. */
  readonly status: ReplicaStatus | undefined
  readonly proof: Proof
  /** Whether it is one of the K. */
  readonly counts: boolean
  /** Why not: `EVIDENCE_WEAK`, `NOT_PINNED`, `REPLICA_REPEATED`, `REPLICA_PROXIED`, `PROXY_UNTESTED`, or the code of its first failure. */
  readonly reason: string | undefined
  /** With `REPLICA_PROXIED`: the replica that the copy really lies with. */
  readonly behind?: string
}

/** Whether K of N replicas hold a release; plain JSON. */
export interface Replication {
  readonly root: string
  readonly ok: boolean
  /** Why not: `REPLICAS_SHORT` or `FAILURE_DOMAINS_SHORT`. */
  readonly reason: string | undefined
  readonly need: number
  readonly held: number
  readonly minFailureDomains: number
  /** Failure domains of the replicas that count. */
  readonly failureDomains: readonly string[]
  /** True: fewer failure domains were accepted, because the caller said that this is a trial. */
  readonly trial: boolean
  readonly replicas: readonly ReplicaOutcome[]
}

/**
 * Proves each replica and counts those that hold the release: evidence `stored`, every block asked for came back true, the
 * replica says that it keeps it, and it does not give what only another was given. They have to span `minFailureDomains`.
 *
 * @throws DomainSyncError `NEED_INVALID` when `need` is not at least 1; the caller's abort reason.
 */
export async function proveReplication(
  root: CID,
  replicas: readonly Replica[],
  options: ReplicationOptions,
): Promise<Replication> {
  const { need, minFailureDomains = MIN_FAILURE_DOMAINS, trial = false, acceptUntested = false, ...proving } = options
  if (!Number.isSafeInteger(need) || need < 1) {
    throw new DomainSyncError('NEED_INVALID', `At least one replica has to hold a release, not ${need}.`, {
      retryable: false,
    })
  }
  const names = replicas.map(({ name }) => name)
  const shown = await Promise.all(
    replicas.map((replica, index) =>
      outcome(root, { replica, repeated: names.indexOf(replica.name) !== index, proving }),
    ),
  )
  const outcomes = await withoutProxies(shown, { replicas, acceptUntested, ...proving })
  const counted = outcomes.filter(({ counts }) => counts)
  const failureDomains = [...new Set(counted.map(({ failureDomain }) => failureDomain))]
  const reason = shortfall({ held: counted.length, need, spans: trial || failureDomains.length >= minFailureDomains })
  return {
    root: `${root}`,
    ok: reason === undefined,
    reason,
    need,
    held: counted.length,
    minFailureDomains,
    failureDomains,
    trial,
    replicas: outcomes,
  }
}

function shortfall({ held, need, spans }: { held: number; need: number; spans: boolean }): string | undefined {
  if (held < need) return 'REPLICAS_SHORT'
  return spans ? undefined : 'FAILURE_DOMAINS_SHORT'
}

async function outcome(
  root: CID,
  { replica, repeated, proving }: { replica: Replica; repeated: boolean; proving: ProveOptions },
): Promise<ReplicaOutcome> {
  const [proof, status] = await Promise.all([proveRetrieval(root, replica, proving), askStatus(root, replica, proving)])
  const { name, failureDomain, evidence } = replica
  const reason = whyNot({ proof, status, evidence, repeated })
  return { replica: name, failureDomain, evidence, status, proof, counts: reason === undefined, reason }
}

/** A copy that lies with another replica in truth is not counted twice. */
async function withoutProxies(
  outcomes: readonly ReplicaOutcome[],
  {
    replicas,
    acceptUntested,
    signal,
    timeoutMs,
  }: CallOptions & { replicas: readonly Replica[]; acceptUntested: boolean },
): Promise<readonly ReplicaOutcome[]> {
  const counted = replicas.filter((_, index) => outcomes[index]?.counts)
  const givers = counted.filter(({ isOwn }) => isOwn)
  const { proxies, untested } = await findProxies(counted, { givers, signal, timeoutMs })
  return outcomes.map((one) => {
    if (!one.counts) return one
    const behind = proxies.get(one.replica)
    if (behind !== undefined) return { ...one, counts: false, reason: 'REPLICA_PROXIED', behind }
    const isUntested = !acceptUntested && untested.has(one.replica)
    return isUntested ? { ...one, counts: false, reason: 'PROXY_UNTESTED' } : one
  })
}

async function askStatus(
  root: CID,
  replica: Replica,
  { signal, timeoutMs }: CallOptions,
): Promise<ReplicaStatus | undefined> {
  try {
    return await replica.status(root, { signal, timeoutMs })
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}

function whyNot({
  proof,
  status,
  evidence,
  repeated,
}: {
  proof: Proof
  status: ReplicaStatus | undefined
  evidence: Evidence
  repeated: boolean
}): string | undefined {
  if (repeated) return 'REPLICA_REPEATED'
  if (!proof.ok) return proof.failures[0]?.code
  if (evidence !== 'stored') return 'EVIDENCE_WEAK'
  return status === 'pinned' ? undefined : 'NOT_PINNED'
}

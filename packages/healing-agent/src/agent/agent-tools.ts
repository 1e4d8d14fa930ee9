import type { BlockSource, Bytes32, CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { AgentDomain } from '../agent-domain.ts'
import type { Prove } from '../observe/observe-replica.ts'
import type { VerifyRelease } from '../observe/verification.ts'

/** How the agent reads, proves and carries releases; the real ones unless a simulation brings its own. */
export interface AgentTools {
  /** Verifies releases of a domain, read from its replicas. */
  verifierFor(domain: AgentDomain): VerifyRelease
  prove: Prove
  /** The whole release as a CAR, every block verified on its way; a new stream at each call. */
  carOf(root: CID, sources: readonly BlockSource[], options?: CallOptions): () => AsyncIterable<Uint8Array>
  /** What a release contains, whatever its signatures: CID of the site alone, from its own directories. */
  contentOf(root: CID, domain: AgentDomain, options?: CallOptions): Promise<string>
  /** Computes the root that a feed has anchored from its manifest. Rejects as the SDK's `readAnchored`. */
  checkFeed(root: Bytes32, domain: AgentDomain, options?: CallOptions): Promise<void>
  fetch: typeof globalThis.fetch
}

import type { CallOptions, DnsDriver, DomainName, Replica, Resolver, SiteCheck } from '@domainsync/core'
import type { Preview } from './observe/preview.ts'

/** A replica with its part in one domain. */
export interface AgentReplica {
  readonly replica: Replica
  /** 1: an own node that readers are served from. 2: a redundant provider. */
  readonly tier: 1 | 2
  /** Holds nothing until another replica is lost. */
  readonly spare?: boolean
  /** Starts the node again, where this machine can; absent otherwise. Must do nothing to one that runs. */
  restart?(options?: CallOptions): Promise<void>
}

/** One domain that the agent keeps. */
export interface AgentDomain {
  readonly name: DomainName
  /** Where readers read it, e.g. `https://bbbhhai.com`. */
  readonly url: string
  readonly checks: readonly SiteCheck[]
  /** Paths whose bytes are compared with the signed list; default: `/` and the paths of the checks. */
  readonly paths?: readonly string[]
  readonly replicas: readonly AgentReplica[]
  /** K: copies that must be proven before a pointer moves. */
  readonly need: number
  /** Distinct failure domains among them; 2 unless everything is on one machine for a trial. */
  readonly minFailureDomains: number
  readonly dns: { readonly driver: DnsDriver; readonly resolvers: readonly Resolver[] }
  /** Serves any root on the path that readers use. Without it an older release's checks cannot pass, so nothing is rolled back for failing checks. */
  readonly preview?: Preview
  /** Multiaddresses of nodes that a pulling provider can fetch from. */
  readonly origins?: readonly string[]
}

/** The paths whose served bytes are compared. */
export function servedPaths({ paths, checks }: AgentDomain): readonly string[] {
  return paths ?? [...new Set(['/', ...checks.map(({ path }) => path)])]
}

/** The paths that have checks. */
export function checkedPaths({ checks }: AgentDomain): readonly string[] {
  return [...new Set(checks.map(({ path }) => path))]
}

/** Every path that is asked for on the readers' way. */
export function pagePaths(domain: AgentDomain): readonly string[] {
  return [...new Set([...servedPaths(domain), ...checkedPaths(domain)])]
}

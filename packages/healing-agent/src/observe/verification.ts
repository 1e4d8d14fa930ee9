import type { CallOptions, DomainState, ReleaseFile, Trust } from '@domainsync/core'
import type { CID } from 'multiformats/cid'

/** What reading a release and its signatures showed, every block checked. */
export type Verification =
  | { readonly kind: 'verified'; readonly files: readonly ReleaseFile[] }
  /** Verified bytes under the root, whose signatures or list are wrong or absent. Trying again cannot mend it. */
  | { readonly kind: 'unverifiable'; readonly code: string; readonly reason: string }
  /** Every source says that it does not have the manifest. */
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

/** One release of a domain. */
export interface ReleaseTarget {
  readonly state: DomainState
  readonly release: number
  readonly root: CID
}

/** Reads a release from the domain's replicas and verifies it under the trust of its number. */
export type VerifyRelease = (target: ReleaseTarget, options?: CallOptions) => Promise<Verification>

/** What a release verifies under, the next one too; the live one's trust for one that the registry has let go of. */
export function trustOf(
  release: number,
  { head, releases, trust, nextTrust }: Pick<DomainState, 'head' | 'releases' | 'trust' | 'nextTrust'>,
): Trust {
  if (release > head.latest) return nextTrust
  return releases.find((held) => held.release === release)?.trust ?? trust
}

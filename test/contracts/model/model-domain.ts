import { ZeroAddress, ZeroHash } from 'ethers'
import type { SignedTrust } from '../../../packages/bindings/src/typed-data.ts'

/** Releases that a domain can go back to without having kept one. */
const RING = 8

export interface ModelTrust extends SignedTrust {
  readonly fromRelease: number
}

export interface PendingTrust {
  readonly trust: SignedTrust
  readonly notBefore: number
  readonly reclaim: boolean
}

/** One domain as a person would write it down: every release ever, and what is said of each. */
export interface ModelDomain {
  readonly id: string
  readonly node: string
  publisher: string
  healer: string
  lanes: number
  seq: number
  latest: number
  live: number
  kept: number
  /** By number, from 1; a release that is no longer held stays here, where nobody asks for it. */
  readonly releases: Map<number, { readonly ipfsHash: string; stable: boolean }>
  readonly trusts: ModelTrust[]
  pending: PendingTrust | undefined
  reclaims: number
  feed: string
  root: string
}

export function newDomain(id: string, node: string): ModelDomain {
  return {
    id,
    node,
    publisher: ZeroAddress,
    healer: ZeroAddress,
    lanes: 0,
    seq: 0,
    latest: 0,
    live: 0,
    kept: 0,
    releases: new Map(),
    trusts: [],
    pending: undefined,
    reclaims: 0,
    feed: ZeroAddress,
    root: ZeroHash,
  }
}

export function inRing({ latest }: ModelDomain, release: number): boolean {
  return release > 0 && release <= latest && latest - release < RING
}

/** In the ring, or kept. */
export function isHeld(domain: ModelDomain, release: number): boolean {
  return inRing(domain, release) || (release > 0 && release === domain.kept)
}

/** Held and not quarantined. */
export function isStable(domain: ModelDomain, release: number): boolean {
  return isHeld(domain, release) && domain.releases.get(release)!.stable
}

/** One more release would push the live one, which is good, out of the ring, and nobody kept it. */
export function wouldEvictLive(domain: ModelDomain): boolean {
  const { live, latest, kept } = domain
  return latest - live === RING - 1 && isStable(domain, live) && live !== kept
}

/** The newest stable release older than live. */
export function rollbackTarget(domain: ModelDomain): number {
  for (let release = domain.live - 1; release > 0; release--) if (isStable(domain, release)) return release
  return 0
}

/** What a release verifies under: the newest epoch that began at it or before; the first one for what is older still. */
export function trustAt({ trusts }: ModelDomain, release: number): ModelTrust | undefined {
  return trusts.findLast(({ fromRelease }) => fromRelease <= release) ?? trusts[0]
}

/** The releases in the ring, newest first. */
export function ringOf(domain: ModelDomain): number[] {
  return Array.from({ length: RING }, (_, age) => domain.latest - age).filter((release) => release > 0)
}

import type { Address, Bytes32 } from './domain-id.ts'

/** The folder of a release that holds DomainSync's own files; sites may not contain it. */
export const RELEASE_FOLDER = '.well-known/domainsync'
/** The signed statement: a DSSE envelope. */
export const RELEASE_FILE = `${RELEASE_FOLDER}/release.json`
/** The ML-DSA-87 public key, a 2,614-byte SubjectPublicKeyInfo. */
export const SPKI_FILE = `${RELEASE_FOLDER}/pq.spki`
/** Statements by which older keys named newer ones, once a domain has any: for readers who pinned an older key. */
export const ROTATIONS_FILE = `${RELEASE_FOLDER}/rotations.json`

/** Whether a path of a release is DomainSync's own, no file of the site. */
export function isOwnFile({ path }: Pick<ReleaseFile, 'path'>): boolean {
  return path.startsWith(`${RELEASE_FOLDER}/`)
}

/** One file of a release. */
export interface ReleaseFile {
  /** Path from the root, `/` between names, no leading one. */
  readonly path: string
  /** SHA-256 of the bytes, 64 hex digits. */
  readonly sha256: string
}

/** What both signatures of a release cover. */
export interface ReleaseStatement {
  /** The A-label name. */
  readonly domain: string
  /** 1, 2, 3… per domain. */
  readonly release: number
  /** CID of the site's directory without {@link RELEASE_FOLDER}: same files, same content. */
  readonly content: string
  readonly chainId: number
  readonly registry: Address
  /** The live root when this was signed; for information only. */
  readonly previous: string | null
  /** ISO 8601, UTC. */
  readonly createdAt: string
  /** Every file of the root but {@link RELEASE_FILE}, bytewise sorted by path. */
  readonly files: readonly ReleaseFile[]
}

/** The registry's state of a domain, at one block. */
export interface Head {
  /** Digest of the live release; zero before the first. */
  readonly ipfsHash: Bytes32
  /** Number of the live release; 0 before the first. */
  readonly live: number
  /** Highest release ever published. */
  readonly latest: number
  /** The fence: +1 on every change of the domain. */
  readonly seq: number
  /** False: the live release is quarantined; serve nothing from it. */
  readonly stable: boolean
  /** Bit 0 publishing, bit 1 healing, bit 2 the domain lives in a feed. */
  readonly paused: number
}

/** Bits of {@link Head.paused}. */
export const LANE_PUBLISHING = 1
export const LANE_HEALING = 2
export const LANE_FEED = 4

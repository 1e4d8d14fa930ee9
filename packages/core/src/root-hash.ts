import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import type { Bytes32 } from './domain-id.ts'
import { DomainSyncError } from './domain-sync-error.ts'

/** Multicodec of dag-pb. */
export const DAG_PB = 0x70
/** Multicodec of raw blocks. */
export const RAW = 0x55
/** Multihash code of SHA-256. */
export const SHA2_256 = 0x12

/** The root CID (CIDv1, dag-pb, sha2-256) whose digest stands on chain. */
export function rootFromHash(ipfsHash: Bytes32): CID {
  return CID.createV1(DAG_PB, Digest.create(SHA2_256, hexToBytes(ipfsHash.slice(2))))
}

/**
 * The 32-byte digest of a root CID, as the chain holds it. No loss: {@link rootFromHash} gives the same CID back.
 *
 * @throws DomainSyncError `ROOT_CID_INVALID` unless it is CIDv1, dag-pb, sha2-256.
 */
export function hashFromRoot(root: CID): Bytes32 {
  if (root.version !== 1 || root.code !== DAG_PB || root.multihash.code !== SHA2_256) {
    throw new DomainSyncError(
      'ROOT_CID_INVALID',
      `${root} is not a release root; it must be CIDv1, dag-pb, sha2-256 (it starts with "bafybei").`,
      { retryable: false },
    )
  }
  return `0x${bytesToHex(root.multihash.digest)}`
}

/** The CID of one raw block, from its SHA-256 digest. */
export function rawCidFromSha256(digest: Uint8Array): CID {
  return CID.createV1(RAW, Digest.create(SHA2_256, digest))
}

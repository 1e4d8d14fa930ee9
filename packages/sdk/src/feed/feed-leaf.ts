import type { Address, Bytes32 } from '@domainsync/core'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { FeedError } from './feed-error.ts'

/** What a feed says of one domain; the registry's struct `Leaf`. */
export interface FeedLeaf {
  /** The domain id. */
  readonly domain: Address
  /** SHA-256 digest of the release's root CID. */
  readonly ipfsHash: Bytes32
  readonly release: number
  /** Hash of the domain's leaf before this one; {@link NO_LEAF} for the first. */
  readonly previousLeaf: Bytes32
  /** False: an attempt that failed; the registry answers for successes only. */
  readonly success: boolean
}

/** Before a domain's first leaf. */
export const NO_LEAF: Bytes32 = `0x${'0'.repeat(64)}`

const HEX_20 = /^0x[0-9a-f]{40}$/
const HEX_32 = /^0x[0-9a-f]{64}$/
const WORD_BYTES = 32
const MAX_RELEASE = 0xffff_ffff

/**
 * keccak256(keccak256(abi.encode(leaf))), 32 bytes: hashed twice, so that no inner node of a tree can pass for a leaf.
 *
 * @throws FeedError `FEED_LEAF_INVALID`
 */
export function leafHash(leaf: FeedLeaf): Bytes32 {
  requireValid(leaf)
  const { domain, ipfsHash, release, previousLeaf, success } = leaf
  const encoded = new Uint8Array(5 * WORD_BYTES)
  encoded.set(hexToBytes(domain.slice(2)), 12)
  encoded.set(hexToBytes(ipfsHash.slice(2)), WORD_BYTES)
  new DataView(encoded.buffer).setUint32(3 * WORD_BYTES - 4, release)
  encoded.set(hexToBytes(previousLeaf.slice(2)), 3 * WORD_BYTES)
  encoded[5 * WORD_BYTES - 1] = success ? 1 : 0
  return `0x${bytesToHex(keccak_256(keccak_256(encoded)))}`
}

/** The leaf after `previous`: the next number, chained to it. A first one without. */
export function nextLeaf(
  previous: FeedLeaf | undefined,
  { domain, ipfsHash }: Pick<FeedLeaf, 'domain' | 'ipfsHash'>,
): FeedLeaf {
  const release = (previous?.release ?? 0) + 1
  return { domain, ipfsHash, release, previousLeaf: previous ? leafHash(previous) : NO_LEAF, success: true }
}

function requireValid({ domain, ipfsHash, release, previousLeaf }: FeedLeaf): void {
  const wrong =
    (!HEX_20.test(domain) && 'domain must be 0x and 40 lower-case hex digits') ||
    (!HEX_32.test(ipfsHash) && 'ipfsHash must be 0x and 64 lower-case hex digits') ||
    (!HEX_32.test(previousLeaf) && 'previousLeaf must be 0x and 64 lower-case hex digits') ||
    (!(Number.isInteger(release) && release >= 0 && release <= MAX_RELEASE) &&
      'release must be a whole number below 2^32')
  if (wrong) throw new FeedError('FEED_LEAF_INVALID', `The leaf of ${domain}: ${wrong}.`)
}

import { SHA2_256 } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import { Digest } from 'multiformats/hashes/digest'

const DIGEST_BYTES = 32
const MULTIHASH_BYTES = DIGEST_BYTES + 2
const CID_BYTES = MULTIHASH_BYTES + 2
const CIDS_PER_SLAB = 1024

/**
 * Makes CIDv1s of SHA-256 digests, many: their bytes lie side by side, where each alone would take three buffers. For ten
 * thousand cached files that is a fifth of the time of an import.
 */
export class CidMaker {
  #slab = new ArrayBuffer(CID_BYTES * CIDS_PER_SLAB)
  #used = 0

  /** The CID with this codec and digest; the digest is copied. */
  make(code: number, digest: Uint8Array): CID {
    if (this.#used === CIDS_PER_SLAB) {
      this.#slab = new ArrayBuffer(CID_BYTES * CIDS_PER_SLAB)
      this.#used = 0
    }
    const at = this.#used++ * CID_BYTES
    const bytes = new Uint8Array(this.#slab, at, CID_BYTES)
    bytes[0] = 1
    bytes[1] = code
    bytes[2] = SHA2_256
    bytes[3] = DIGEST_BYTES
    bytes.set(digest, CID_BYTES - DIGEST_BYTES)
    const multihash = new Uint8Array(this.#slab, at + CID_BYTES - MULTIHASH_BYTES, MULTIHASH_BYTES)
    const own = new Uint8Array(this.#slab, at + CID_BYTES - DIGEST_BYTES, DIGEST_BYTES)
    return new CID(1, code, new Digest(SHA2_256, DIGEST_BYTES, own, multihash), bytes)
  }
}

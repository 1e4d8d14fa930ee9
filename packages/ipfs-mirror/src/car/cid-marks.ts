import { RAW } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { DigestTable } from '../store/digest-table.ts'

/**
 * A small number (1 to 15) for each CID a traversal has met. Codec and digest together are the key: a raw file may hold the
 * bytes of a directory node, and having met the one says nothing about the other's children.
 */
export class CidMarks {
  readonly #table = new DigestTable()

  /** The CID's mark; 0 when it has none. */
  get(cid: CID): number {
    const both = this.#table.value(cid.multihash.digest)
    return cid.code === RAW ? both & 15 : both >> 4
  }

  set(cid: CID, mark: number): void {
    const { digest } = cid.multihash
    const both = this.#table.value(digest)
    this.#table.set(digest, cid.code === RAW ? (both & ~15) | mark : (both & 15) | (mark << 4))
  }

  /** Whether the digest is known under either codec. */
  hasDigest(digest: Uint8Array): boolean {
    return this.#table.has(digest)
  }
}

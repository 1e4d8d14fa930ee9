import type { CID } from 'multiformats/cid'
import { CidMaker } from './cid-maker.ts'

/** Codec and SHA-256. */
const LINK_BYTES = 33
const FIRST_LINKS = 1024

/**
 * A stack of CIDs (dag-pb or raw, SHA-256) in 33 bytes each, where a `CID` takes half a kilobyte and holds on to the block that it
 * was read from: what a walk has still to visit can be very much when the DAG is hostile.
 */
export class LinkStack {
  #bytes = new Uint8Array(FIRST_LINKS * LINK_BYTES)
  #length = 0
  readonly #cids = new CidMaker()
  /** CIDs that were made of places still on the stack: few, near its end. */
  readonly #made = new Map<number, CID>()

  get length(): number {
    return this.#length
  }

  push(cid: CID): void {
    const at = this.#length++ * LINK_BYTES
    if (at === this.#bytes.length) this.#grow()
    this.#bytes[at] = cid.code
    this.#bytes.set(cid.multihash.digest, at + 1)
  }

  pop(): CID | undefined {
    if (this.#length === 0) return undefined
    const cid = this.peek(--this.#length)
    this.#made.delete(this.#length)
    return cid
  }

  /** The CID at a place; the next to pop is at `length - 1`. */
  peek(index: number): CID {
    const known = this.#made.get(index)
    if (known !== undefined) return known
    const at = index * LINK_BYTES
    const cid = this.#cids.make(this.#bytes[at]!, this.#bytes.subarray(at + 1, at + LINK_BYTES))
    this.#made.set(index, cid)
    return cid
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

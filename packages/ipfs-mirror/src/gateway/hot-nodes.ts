import type { CID } from 'multiformats/cid'
import type { ReadNode } from './stored-blocks.ts'

/** Memory that nodes take at most, about, in bytes. */
export const HOT_BYTES = 64 * 1024 * 1024

/** A larger part of a file is read again: directories and small pages are what every reader asks for. */
const MAX_FILE_BYTES = 256 * 1024
/** What a node takes whatever it holds, and each link of it, about. */
const NODE_BYTES = 1_024
const LINK_BYTES = 512

/** Decoded blocks in memory, the least recently used forgotten first. A CID's bytes never change, so none gets old. */
export class HotNodes {
  readonly #maxBytes: number
  readonly #nodes = new Map<string, ReadNode>()
  #sizeBytes = 0

  constructor(maxBytes = HOT_BYTES) {
    this.#maxBytes = maxBytes
  }

  get(cid: CID): ReadNode | undefined {
    const key = cid.toString()
    const found = this.#nodes.get(key)
    if (found === undefined) return undefined
    this.#nodes.delete(key)
    this.#nodes.set(key, found)
    return found
  }

  add(cid: CID, read: ReadNode): void {
    const key = cid.toString()
    if ((read.node.kind === 'file' && read.block.bytes.length > MAX_FILE_BYTES) || this.#nodes.has(key)) return
    this.#nodes.set(key, read)
    this.#sizeBytes += memoryOf(read)
    for (const [oldest, held] of this.#nodes) {
      if (this.#sizeBytes <= this.#maxBytes) break
      this.#nodes.delete(oldest)
      this.#sizeBytes -= memoryOf(held)
    }
  }
}

function memoryOf({ block, node }: ReadNode): number {
  const links = node.kind === 'file' ? node.parts.length : node.entries.length
  return NODE_BYTES + block.bytes.length + links * LINK_BYTES
}

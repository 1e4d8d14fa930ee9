import { type CallOptions, errorCode, type Replica } from '@domainsync/core'
import { linksOf } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { blockFault } from '../car/block-fault.ts'
import { CidMarks } from '../car/cid-marks.ts'
import { IDENTITY, type StoredBlocks } from '../gateway/stored-blocks.ts'
import { MAX_FAILURES, type ProofFailure } from './proof.ts'

/** After one of these the replica is not asked again: the next answer would be the same, only later, or there is no end to it. */
const FINAL = [
  'REPLICA_OFFLINE',
  'REPLICA_TIMEOUT',
  'TOKEN_REJECTED',
  'PAYMENT_REQUIRED',
  'RATE_LIMITED',
  'SOURCE_MISSING',
  'DAG_TOO_LARGE',
]

/** A block that did not come; it stands in the reader's failures. */
export class ProofFault extends Error {}

/** Reads verified blocks from one replica and keeps the score. */
export class ProofReader implements StoredBlocks {
  readonly name: string
  readonly failures: ProofFailure[] = []
  bytes = 0
  /** Distinct blocks that came and verified. */
  blocks = 0
  readonly #replica: Replica
  readonly #call: CallOptions & { readonly deadline?: AbortSignal | undefined }
  readonly #good = new CidMarks()
  readonly #bad = new Set<string>()
  #over = false

  /** After the deadline every block is late: `REPLICA_TIMEOUT`. */
  constructor(replica: Replica, call: CallOptions & { readonly deadline?: AbortSignal | undefined }) {
    this.name = replica.name
    this.#replica = replica
    this.#call = call
  }

  /** True when reading on is of no use. */
  get over(): boolean {
    return this.#over || this.failures.length >= MAX_FAILURES
  }

  /** The block's true bytes. Throws {@link ProofFault} once the failure is noted, or the caller's abort reason. */
  async get(cid: CID): Promise<Uint8Array> {
    if (cid.multihash.code === IDENTITY) return cid.multihash.digest
    const key = cid.toString()
    if (this.over || this.#bad.has(key)) throw new ProofFault(key)
    const { signal, timeoutMs, deadline } = this.#call
    const signals = [signal, deadline].filter((one) => one !== undefined)
    let bytes: Uint8Array | undefined
    try {
      bytes = await this.#replica.source.get(cid, { signal: AbortSignal.any(signals), timeoutMs })
    } catch (error) {
      signal?.throwIfAborted()
      throw this.fail(cid, deadline?.aborted ? 'REPLICA_TIMEOUT' : errorCode(error))
    }
    if (bytes === undefined) throw this.fail(cid, 'BLOCK_MISSING')
    const fault = blockFault(cid, bytes)
    if (fault) throw this.fail(cid, FAULT_CODES[fault])
    this.accept(cid, bytes)
    return bytes
  }

  /** The same, `undefined` for a block that did not come. */
  async tryGet(cid: CID): Promise<Uint8Array | undefined> {
    try {
      return await this.get(cid)
    } catch (error) {
      if (error instanceof ProofFault) return undefined
      throw error
    }
  }

  /** Links of a block; none when it did not come. */
  async tryLinks(cid: CID): Promise<readonly CID[]> {
    const bytes = await this.tryGet(cid)
    try {
      return bytes ? linksOf(cid, bytes) : []
    } catch {
      this.fail(cid, 'BLOCK_MALFORMED')
      return []
    }
  }

  /** True when the block came and verified. */
  has(cid: CID): boolean {
    return this.#good.get(cid) !== 0
  }

  /** Counts a verified block. */
  accept(cid: CID, bytes: Uint8Array): void {
    if (this.has(cid)) return
    this.#good.set(cid, 1)
    this.blocks++
    this.bytes += bytes.length
  }

  fail(cid: CID, code: string): ProofFault {
    const key = cid.toString()
    // Answers that were under way when the last one counted.
    if (!this.#bad.has(key) && this.failures.length < MAX_FAILURES) this.failures.push({ cid: key, code })
    this.#bad.add(key)
    this.#over ||= FINAL.includes(code)
    return new ProofFault(code)
  }
}

const FAULT_CODES = {
  mismatch: 'BLOCK_MISMATCH',
  'too-large': 'BLOCK_TOO_LARGE',
  unsupported: 'BLOCK_UNSUPPORTED',
} as const

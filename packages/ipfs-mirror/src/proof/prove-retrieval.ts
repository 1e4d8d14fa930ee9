import { type CallOptions, type Clock, DAG_PB, errorCode, RAW, type Replica } from '@domainsync/core'
import { linksOf } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { CidMarks } from '../car/cid-marks.ts'
import { readCar } from '../car/read-car.ts'
import type { Block } from '../store/block-store.ts'
import { claimedSize } from './claimed-size.ts'
import { eachOf } from './each-of.ts'
import { PROOF_BUDGET_BLOCKS, PROOF_BUDGET_BYTES, PROOF_TIMEOUT_MS, type Proof, type ProofMode } from './proof.ts'
import { ProofReader } from './proof-reader.ts'
import { readSample } from './read-sample.ts'

export interface ProveOptions extends CallOptions {
  readonly mode?: ProofMode | undefined
  /** Bytes that a full read may take; above, a sample is read. */
  readonly budgetBytes?: number | undefined
  /** Uniform in [0, 1), unpredictable: a replica must not know which blocks will be asked. */
  readonly random?: (() => number) | undefined
  /** Time for all of it, in milliseconds; what did not come by then did not come. Default {@link PROOF_TIMEOUT_MS}. */
  readonly proofTimeoutMs?: number | undefined
  readonly clock?: Pick<Clock, 'now' | 'monotonic'> | undefined
}

const SYSTEM_CLOCK = { now: () => Date.now(), monotonic: () => performance.now() }

/**
 * Reads a release back from one replica and verifies every block against its hash. What the replica does wrong is in the
 * result, not thrown; only the caller's own abort rejects.
 */
export async function proveRetrieval(root: CID, replica: Replica, options: ProveOptions = {}): Promise<Proof> {
  const { mode = 'full', budgetBytes = PROOF_BUDGET_BYTES, random, clock = SYSTEM_CLOCK, signal, timeoutMs } = options
  const deadline = AbortSignal.timeout(options.proofTimeoutMs ?? PROOF_TIMEOUT_MS)
  signal?.throwIfAborted()
  const at = clock.now()
  const reader = new ProofReader(replica, { signal, timeoutMs, deadline })
  const started = clock.monotonic()
  const top = await reader.tryGet(root)
  const latencyMs = Math.round(clock.monotonic() - started)
  let used: ProofMode = mode
  if (top) {
    const fits = used === 'full' && claimedSize(root, top) <= budgetBytes
    if (!fits || !(await readWhole(root, { replica, reader, budgetBytes, signal, deadline }))) {
      used = 'sample'
      await readSample(root, { reader, random })
    }
  }
  signal?.throwIfAborted()
  const { failures, blocks, bytes } = reader
  const ok = failures.length === 0
  const total = ok && used === 'full' ? { blocksTotal: blocks } : {}
  return { replica: replica.name, root: `${root}`, at, mode: used, blocks, bytes, ...total, latencyMs, ok, failures }
}

interface Whole {
  readonly replica: Replica
  readonly reader: ProofReader
  readonly budgetBytes: number
  readonly signal: AbortSignal | undefined
  readonly deadline: AbortSignal
}

/**
 * All blocks: as one CAR where the replica makes those, then one by one what did not come so. A CAR that breaks off is a
 * failure even when each block can be had alone. False when the DAG turned out larger than the budget.
 */
async function readWhole(root: CID, whole: Whole): Promise<boolean> {
  const { reader, budgetBytes } = whole
  const came: CarLinks = new Map()
  const carFault = await readByCar(root, { ...whole, came })
  if (carFault === 'none') return true
  if (carFault === 'CAR_QUOTA_EXCEEDED' || carFault === 'CAR_DAG_TOO_LARGE') return false
  const met = new CidMarks()
  let links = 0
  const fits = () => reader.bytes <= budgetBytes && links <= PROOF_BUDGET_BLOCKS
  await eachOf([root], async (cid) => {
    if (!fits()) return []
    const isLeaf = cid.code === RAW && reader.has(cid)
    const below = isLeaf ? [] : (came.get(`${cid}`) ?? (await reader.tryLinks(cid)))
    return below.filter((link) => {
      const isNew = met.get(link) === 0
      met.set(link, 1)
      if (isNew) links++
      return isNew
    })
  })
  if (carFault !== 'no-car' && reader.failures.length === 0) reader.fail(root, carFault)
  return fits()
}

/** Links of the blocks with links that a CAR gave. */
type CarLinks = Map<string, readonly CID[]>

/** What is wrong with the replica's CAR, a code; `came` gets the links of each block that came true. */
async function readByCar(
  root: CID,
  { replica, reader, budgetBytes, signal, deadline, came }: Whole & { came: CarLinks },
): Promise<'none' | 'no-car' | (string & {})> {
  if (!replica.source.car) return 'no-car'
  const into = {
    async put(blocks: Iterable<Block>) {
      for (const { cid, bytes } of blocks) {
        if (cid.code === DAG_PB) came.set(`${cid}`, linksOf(cid, bytes))
        reader.accept(cid, bytes)
      }
    },
  }
  try {
    const limits = { quotaBytes: budgetBytes, maxBlocks: PROOF_BUDGET_BLOCKS }
    const either = signal ? AbortSignal.any([signal, deadline]) : deadline
    await readCar(replica.source.car(root, { signal: either }), { root, into, signal: either, ...limits })
    return 'none'
  } catch (error) {
    signal?.throwIfAborted()
    return deadline.aborted ? 'REPLICA_TIMEOUT' : errorCode(error)
  }
}

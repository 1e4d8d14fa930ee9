import { DAG_PB, RAW } from '@domainsync/core'
import { decodeNode } from '@domainsync/sdk'
import { decode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { isSupported } from '../car/block-fault.ts'
import { CidMarks } from '../car/cid-marks.ts'
import { MAX_DAG_BLOCKS, MAX_LINKS_AHEAD } from '../car/dag-limits.ts'
import { LinkStack } from '../car/link-stack.ts'
import { eachOf } from './each-of.ts'
import { FileDraw } from './file-draw.ts'
import { PROOF_BUDGET_BLOCKS } from './proof.ts'
import type { ProofReader } from './proof-reader.ts'

/** Files count in the draw by the blocks they take. */
const CHUNK_BYTES = 1024 * 1024

/** Reads all directories of a release and gives its files, weighed by their size. One without end is a failure of the proof. */
export async function listFilesOf(root: CID, reader: ProofReader): Promise<FileDraw> {
  const files = new FileDraw()
  const met = new CidMarks()
  let links = 0
  let read = 0
  const pending = new LinkStack()
  if (root.code === DAG_PB) pending.push(root)
  else files.add(root, 1)
  await eachOf(pending, async (cid) => {
    if (++read > PROOF_BUDGET_BLOCKS) reader.fail(root, 'DAG_TOO_LARGE')
    const bytes = await reader.tryGet(cid)
    return bytes && !reader.over ? below(cid, bytes) : []
  })
  return files

  function below(cid: CID, bytes: Uint8Array): readonly CID[] {
    try {
      const node = decodeNode(cid, bytes)
      if (node.kind === 'file') files.add(cid, weightOf(node.sizeBytes))
      return node.kind === 'file' ? [] : decode(bytes).Links.flatMap(({ Hash, Tsize = 0 }) => take(Hash, Tsize))
    } catch {
      reader.fail(cid, 'BLOCK_MALFORMED')
      return []
    }
  }

  /** A file of one block is noted, anything else has to be read. */
  function take(cid: CID, sizeBytes: number): readonly CID[] {
    if (!isSupported(cid)) reader.fail(cid, 'BLOCK_UNSUPPORTED')
    else if (met.get(cid) === 0) {
      met.set(cid, 1)
      if (++links > MAX_DAG_BLOCKS || pending.length > MAX_LINKS_AHEAD) reader.fail(root, 'DAG_TOO_LARGE')
      if (cid.code !== RAW) return [cid]
      files.add(cid, weightOf(sizeBytes))
    }
    return []
  }
}

function weightOf(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / CHUNK_BYTES))
}

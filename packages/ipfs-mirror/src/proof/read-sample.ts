import { randomInt } from 'node:crypto'
import { DomainSyncError, RAW, RELEASE_FILE } from '@domainsync/core'
import { MAX_FILE_BYTES, readFileChunks, resolvePath } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { eachOf } from './each-of.ts'
import { listFilesOf } from './list-files-of.ts'
import { SAMPLE_BLOCKS } from './proof.ts'
import { ProofFault, type ProofReader } from './proof-reader.ts'

/**
 * Draws before giving up on finding new blocks: a release may have fewer than {@link SAMPLE_BLOCKS}. With few more than
 * those, most draws give a known block, which costs nothing.
 */
const ROUNDS = 256

/** Reads root, manifest, all directories, and random blocks of files, chosen evenly over the release's bytes. */
export async function readSample(
  root: CID,
  { reader, random = secureRandom }: { reader: ProofReader; random?: (() => number) | undefined },
): Promise<void> {
  await readManifest(root, reader)
  const files = await listFilesOf(root, reader)
  const parts = new Map<string, readonly CID[]>()
  const drawn = new Set<string>()
  for (let round = 0; round < ROUNDS && drawn.size < SAMPLE_BLOCKS && files.size > 0; round++) {
    const draws = Array.from({ length: SAMPLE_BLOCKS - drawn.size }, () => files.draw(random()))
    await eachOf(draws, async (cid) => {
      if (drawn.has(`${cid}`)) return []
      const children = parts.get(`${cid}`) ?? (await readParts(cid, reader))
      parts.set(`${cid}`, children)
      if (children.length > 0) return [children[Math.floor(random() * children.length)] as CID]
      drawn.add(`${cid}`)
      return []
    })
  }
}

/** A release has one; where there is none, that is for the reader of signatures to say. */
async function readManifest(root: CID, reader: ProofReader): Promise<void> {
  try {
    const manifest = await resolvePath(root, RELEASE_FILE, { source: reader })
    if (manifest?.kind !== 'file') return
    for await (const _ of readFileChunks(manifest.cid, reader, { maxBytes: MAX_FILE_BYTES }));
  } catch (error) {
    if (error instanceof ProofFault) return
    if (!(error instanceof DomainSyncError)) throw error
    reader.fail(root, error.code)
  }
}

async function readParts(cid: CID, reader: ProofReader): Promise<readonly CID[]> {
  return cid.code === RAW && reader.has(cid) ? [] : reader.tryLinks(cid)
}

function secureRandom(): number {
  return randomInt(2 ** 47) / 2 ** 47
}

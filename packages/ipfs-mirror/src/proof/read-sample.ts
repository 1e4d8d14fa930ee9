import { randomInt } from 'node:crypto'
import { DomainSyncError, RAW, RELEASE_FILE } from '@domainsync/core'
import { decodeNode, readFileChunks, resolvePath } from '@domainsync/sdk'
import { decode, type PBLink } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { eachOf } from './each-of.ts'
import { SAMPLE_BLOCKS } from './proof.ts'
import { ProofFault, type ProofReader } from './proof-reader.ts'

/** Files count in the draw by the blocks they take. */
const CHUNK_BYTES = 1024 * 1024
/** Draws before giving up on finding new blocks: a small release has fewer than {@link SAMPLE_BLOCKS}. */
const ROUNDS = 8

interface File {
  readonly cid: CID
  readonly weight: number
}

/** Reads root, manifest, all directories, and random blocks of files, chosen evenly over the release's bytes. */
export async function readSample(
  root: CID,
  { reader, random = secureRandom }: { reader: ProofReader; random?: (() => number) | undefined },
): Promise<void> {
  await readManifest(root, reader)
  const files = await readDirectories(root, reader)
  const parts = new Map<string, readonly CID[]>()
  const drawn = new Set<string>()
  for (let round = 0; round < ROUNDS && drawn.size < SAMPLE_BLOCKS && files.length > 0; round++) {
    const draws = Array.from({ length: SAMPLE_BLOCKS - drawn.size }, () => drawFile(files, random))
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
    for await (const _ of readFileChunks(manifest.cid, reader));
  } catch (error) {
    if (error instanceof ProofFault) return
    if (!(error instanceof DomainSyncError)) throw error
    reader.fail(root, error.code)
  }
}

async function readDirectories(root: CID, reader: ProofReader): Promise<File[]> {
  const files: File[] = []
  const met = new Set<string>()
  await eachOf([{ cid: root, sizeBytes: 0 }], async ({ cid, sizeBytes }) => {
    if (met.has(`${cid}`)) return []
    met.add(`${cid}`)
    const links = cid.code === RAW ? undefined : await directoryLinks(cid, reader)
    if (links) return links.map((link) => ({ cid: link.Hash, sizeBytes: link.Tsize ?? 0 }))
    files.push({ cid, weight: Math.max(1, Math.ceil(sizeBytes / CHUNK_BYTES)) })
    return []
  })
  return files
}

/** Links of a directory or of a level of one; `undefined` for a file. */
async function directoryLinks(cid: CID, reader: ProofReader): Promise<readonly PBLink[] | undefined> {
  const bytes = await reader.tryGet(cid)
  try {
    if (bytes) return decodeNode(cid, bytes).kind === 'file' ? undefined : decode(bytes).Links
  } catch {
    reader.fail(cid, 'BLOCK_MALFORMED')
  }
  return []
}

async function readParts(cid: CID, reader: ProofReader): Promise<readonly CID[]> {
  return cid.code === RAW && reader.has(cid) ? [] : reader.tryLinks(cid)
}

function drawFile(files: readonly File[], random: () => number): CID {
  const total = files.reduce((sum, { weight }) => sum + weight, 0)
  let left = random() * total
  for (const { cid, weight } of files) {
    left -= weight
    if (left < 0) return cid
  }
  return (files.at(-1) as File).cid
}

function secureRandom(): number {
  return randomInt(2 ** 47) / 2 ** 47
}

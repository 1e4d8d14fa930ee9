import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type BlockStore, importCarPart, openBlockStore } from '@domainsync/ipfs-mirror'
import { CID } from 'multiformats/cid'
import { malformed } from './backup-error.ts'
import {
  BLOCKS_FOLDER,
  CONTENTS_ENTRY,
  type Contents,
  decodeContents,
  decodeLayout,
  JOURNAL_ENTRY,
  JSON_MAX_BYTES,
  LAYOUT_ENTRY,
  type Layout,
} from './layout.ts'
import type { TarEntry } from './read-tar.ts'

/** Largest CAR in an archive that is read: it is held in memory. */
const CAR_MAX_BYTES = 16 * 1024 * 1024

/** What came out of an archive. */
export interface Extracted {
  readonly layout: Layout
  readonly contents: Contents
}

/**
 * Writes the files of an archive into an empty folder, as its layout says: nothing lands anywhere else. Every release is found
 * whole by the stores that keep it.
 *
 * @throws BackupError `BACKUP_MALFORMED`; CarError, StoreError for blocks that are not what their names say
 */
export async function extractBackup(entries: AsyncIterable<TarEntry>, into: string): Promise<Extracted> {
  await using stack = new AsyncDisposableStack()
  let places: Places | undefined
  let contents: Contents | undefined
  for await (const entry of entries) {
    if (contents !== undefined) throw malformed(`${entry.name} behind ${CONTENTS_ENTRY}`)
    if (places === undefined) {
      if (entry.name !== LAYOUT_ENTRY) throw malformed(`${entry.name} in front of ${LAYOUT_ENTRY}`)
      places = await openPlaces(decodeLayout(await inMemory(entry, JSON_MAX_BYTES)), { into, stack })
    } else if (entry.name === CONTENTS_ENTRY) {
      contents = decodeContents(await inMemory(entry, JSON_MAX_BYTES))
    } else {
      await place(entry, { places, into })
    }
  }
  if (places === undefined || contents === undefined) throw malformed('an archive without its first or last file')
  const [absent] = places.files.keys()
  if (absent !== undefined) throw malformed(`no ${absent}`)
  await keepReleases(contents, places)
  return { layout: places.layout, contents }
}

interface Places {
  readonly layout: Layout
  /** Paths of the files that are still to come. */
  readonly files: Map<string, string>
  readonly nodes: ReadonlyMap<string, BlockStore>
  readonly publisher: BlockStore | undefined
}

async function openPlaces(
  layout: Layout,
  { into, stack }: { into: string; stack: AsyncDisposableStack },
): Promise<Places> {
  const opened = async (path: string) => stack.adopt(await openBlockStore(join(into, path)), (store) => store.close())
  const files = new Map(layout.files.map(({ entry, path }) => [entry, path]))
  if (layout.journal !== null) files.set(JOURNAL_ENTRY, layout.journal)
  if (files.size !== layout.files.length + (layout.journal === null ? 0 : 1)) throw malformed('a file twice')
  const nodes = new Map<string, BlockStore>()
  for (const { name, path } of layout.stores) nodes.set(name, await opened(path))
  return { layout, files, nodes, publisher: layout.publisher === null ? undefined : await opened(layout.publisher) }
}

async function place(entry: TarEntry, { places, into }: { places: Places; into: string }): Promise<void> {
  const { files, nodes, publisher } = places
  const path = files.get(entry.name)
  if (path !== undefined) {
    files.delete(entry.name)
    await writeNew(join(into, path), entry.chunks)
  } else if (entry.name.startsWith(`${BLOCKS_FOLDER}/`)) {
    await importCarPart(await inMemory(entry, CAR_MAX_BYTES), [...nodes.values(), ...(publisher ? [publisher] : [])])
  } else {
    throw malformed(`${entry.name}, which its layout does not name`)
  }
}

/** Pins them where they were pinned; the others wait among the publisher's blocks, as after a publish that was interrupted. */
async function keepReleases({ releases }: Contents, { nodes, publisher }: Places): Promise<void> {
  for (const { root, stores } of releases) {
    const cid = parseRoot(root)
    for (const name of stores) {
      const store = nodes.get(name)
      if (store === undefined) throw malformed(`a release on ${name}, which its layout does not name`)
      await store.pin(cid)
    }
    if (stores.length > 0) continue
    if (publisher === undefined) throw malformed(`no place for ${root}`)
    await publisher.pin(cid)
    await publisher.lease(cid)
    await publisher.unpin(cid)
  }
}

/** A file that is not there yet, mode 0600, folders 0700, durable. */
async function writeNew(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await using file = await open(path, 'wx', 0o600)
  // Not `write`, which may write a part on a full disk.
  for await (const chunk of chunks) await file.writeFile(chunk)
  await file.sync()
}

async function inMemory({ name, sizeBytes, chunks }: TarEntry, maxBytes: number): Promise<Buffer> {
  if (sizeBytes > maxBytes) throw malformed(`${name} of ${sizeBytes} bytes`)
  const bytes = Buffer.alloc(sizeBytes)
  let at = 0
  for await (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

function parseRoot(root: string): CID {
  try {
    return CID.parse(root)
  } catch (cause) {
    throw malformed(`the root ${JSON.stringify(root.slice(0, 100))}`, cause)
  }
}

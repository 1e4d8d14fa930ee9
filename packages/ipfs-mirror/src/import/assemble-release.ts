import { type CallOptions, RELEASE_FILE, RELEASE_FOLDER, ROTATIONS_FILE, SPKI_FILE } from '@domainsync/core'
import { importBytes } from 'ipfs-unixfs-importer'
import type { CID } from 'multiformats/cid'
import type { Block, BlockStore } from '../store/block-store.ts'
import { buildDirectory, type DirectoryEntry } from './build-directory.ts'
import type { Content } from './import-folder.ts'
import { listDirectory } from './list-directory.ts'
import { UNIXFS_PROFILE } from './unixfs-profile.ts'

/** DomainSync's own files of a release. */
export interface ReleaseParts {
  /** The signed envelope, exactly as it stands in the journal. */
  readonly releaseJson: Uint8Array
  /** The ML-DSA-87 public key, a 2,614-byte SubjectPublicKeyInfo. */
  readonly spki: Uint8Array
  /** `rotations.json`, of a domain whose keys were exchanged. */
  readonly rotations?: Uint8Array | undefined
}

/**
 * The release's root: the imported site plus {@link RELEASE_FILE}, {@link SPKI_FILE} and, where there is one,
 * {@link ROTATIONS_FILE}. No file of the site is read again; only the site's directory and its `.well-known` are rebuilt. The store has to hold the content's directories; it holds the
 * whole release when this returns, leased, durable after `sync` or `pin`. Same input, same root, whoever assembles it.
 */
export async function assembleRelease(
  content: Pick<Content, 'root'>,
  { releaseJson, spki, rotations }: ReleaseParts,
  { store, ...options }: CallOptions & { store: BlockStore },
): Promise<CID> {
  using _hold = store.hold()
  const made: Block[] = []
  const put = (block: Block): undefined => {
    made.push(block)
  }
  const ours: DirectoryEntry[] = [
    { name: lastName(RELEASE_FILE), ...(await importFile(releaseJson, put)) },
    { name: lastName(SPKI_FILE), ...(await importFile(spki, put)) },
  ]
  if (rotations !== undefined) ours.push({ name: lastName(ROTATIONS_FILE), ...(await importFile(rotations, put)) })
  const own = await buildDirectory(ours, put)
  const [wellKnownName = '', oursName = ''] = RELEASE_FOLDER.split('/')
  const site = await listDirectory(content.root, store, options)
  const wellKnown = site.find(({ name }) => name === wellKnownName)
  const beside = wellKnown === undefined ? [] : await listDirectory(wellKnown.cid, store, options)
  const merged = await buildDirectory(withEntry(beside, { name: oursName, ...own }), put)
  const root = await buildDirectory(withEntry(site, { name: wellKnownName, ...merged }), put)
  await store.put(made)
  await store.lease(root.cid)
  return root.cid
}

function withEntry(entries: readonly DirectoryEntry[], entry: DirectoryEntry): DirectoryEntry[] {
  return [...entries.filter(({ name }) => name !== entry.name), entry]
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

async function importFile(bytes: Uint8Array, put: (block: Block) => undefined): Promise<Omit<DirectoryEntry, 'name'>> {
  const blockstore = {
    put(cid: CID, block: Uint8Array): CID {
      put({ cid, bytes: block })
      return cid
    },
  }
  const { cid, size } = await importBytes(bytes, blockstore, { profile: UNIXFS_PROFILE })
  return { cid, dagBytes: Number(size) }
}

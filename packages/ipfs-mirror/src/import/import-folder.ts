import { statSync } from 'node:fs'
import type { CallOptions, ReleaseFile } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { BlockStore } from '../store/block-store.ts'
import { type FileStamp, sameStamp, stampOf } from './file-stamp.ts'
import { ImportCache } from './import-cache.ts'
import { ImportRun } from './import-run.ts'
import { changedWhileRead } from './refusals.ts'
import { scanFolder } from './scan-folder.ts'

/** One file of a site: path, SHA-256 and where its bytes are. */
export interface ContentFile extends ReleaseFile {
  readonly cid: CID
  readonly sizeBytes: number
}

/** A site's files as a DAG. */
export interface Content {
  /** CID of the site's directory, without anything of ours: same files, same root. */
  readonly root: CID
  /** Bytewise sorted by path. */
  readonly files: readonly ContentFile[]
  /** Bytes of all files. */
  readonly sizeBytes: number
  /** Folders with a file below them, the site's own included. */
  readonly directories: number
}

/** How far an import is. Cached files count as done. */
export interface ImportProgress {
  readonly files: number
  readonly filesDone: number
  readonly sizeBytes: number
  readonly bytesDone: number
}

/** Options of {@link importFolder}. */
export interface ImportOptions extends Pick<CallOptions, 'signal'> {
  /** Takes the blocks, and leases them; without it the folder is only hashed. They are durable after `sync` or `pin`. */
  store?: Pick<BlockStore, 'put' | 'has' | 'hold' | 'lease'> | undefined
  /** File that remembers what was imported: unchanged files are then not read again. */
  cache?: string | undefined
  /** Read every file, whatever the cache says. Default: when the environment has `CI=true`. */
  rehash?: boolean | undefined
  onProgress?: ((progress: ImportProgress) => void) | undefined
  /** How often the cache is saved while the import goes on, in milliseconds. Default {@link CHECKPOINT_EVERY_MS}. */
  checkpointEveryMs?: number | undefined
}

/** How much work a killed import loses at most, in milliseconds; a file that was under way is read again too. */
export const CHECKPOINT_EVERY_MS = 10_000

/**
 * Imports a site's folder with the UnixFS profile `unixfs-v1-2025`: the root is the one that Kubo gives with that profile.
 * Every file is read once, none that the cache knows. Empty folders are left out. The folder itself may be a symbolic
 * link (`current -> build-42`); anything else that is not a regular file or a folder is refused.
 *
 * @throws ImportError `SITE_MISSING`, `SITE_NOT_A_FOLDER`, `SITE_EMPTY`, `SITE_SYMLINK`, `SITE_GIT`, `SITE_ENV_FILE`,
 * `SITE_NAME_NOT_UTF8`, `SITE_SPECIAL_FILE`, `SITE_RESERVED_PATH`, `SITE_UNREADABLE`, `SITE_CHANGED_WHILE_READ`,
 * `IMPORT_CACHE_UNWRITABLE`.
 */
export async function importFolder(folder: string, options: ImportOptions = {}): Promise<Content> {
  const { store, cache: cachePath, rehash = process.env.CI === 'true', signal, onProgress } = options
  signal?.throwIfAborted()
  using _hold = store?.hold()
  const site = await scanFolder(folder, signal)
  const cache = cachePath === undefined || rehash ? ImportCache.empty() : await ImportCache.load(cachePath)
  const { checkpointEveryMs = CHECKPOINT_EVERY_MS } = options
  const checkpoint = async () => {
    if (cachePath !== undefined) await cache.checkpoint(cachePath, checkpointEveryMs)
  }
  const run = new ImportRun(folder, { site, cache, checkpoint, store, signal, onProgress })
  const root = await run.root()
  requireSameFolders(folder, site.folders)
  await store?.lease(root)
  if (cachePath !== undefined) await cache.save(cachePath)
  return { root, files: run.files, sizeBytes: site.sizeBytes, directories: run.directories }
}

/** A file that came or went since the folder was listed shows in the times of its folder. */
function requireSameFolders(folder: string, before: ReadonlyMap<string, FileStamp>): void {
  for (const [path, stamp] of before) {
    const stats = statSync(`${folder}/${path}`, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined || !sameStamp(stampOf(stats), stamp)) throw changedWhileRead(path || '.')
  }
}

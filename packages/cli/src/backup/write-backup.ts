import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { openBlockStore } from '@domainsync/ipfs-mirror'
import { snapshotSqliteStore } from '@domainsync/journal'
import { type HybridSigner, spkiHash } from '@domainsync/pq'
import {
  ARCHIVE_KEY_BYTES,
  archiveContext,
  type BackupName,
  encryptArchive,
  type NamedRecipient,
  signBackup,
  signRecipientList,
  verifyBackup,
  wrapArchiveKey,
} from '@domainsync/pq/node'
import type { LoadedConfig } from '../config/load-config.ts'
import { makeStatePrivate } from '../wiring/private-state.ts'
import { backupBlocks, type WantedRoots, type WrittenContents } from './backup-blocks.ts'
import { BackupError } from './backup-error.ts'
import {
  ARCHIVE_FILE,
  backupFolderName,
  backupsIn,
  RECIPIENTS_FILE,
  SPKI_FILE_NAME,
  STATEMENT_FILE,
} from './backup-folder.ts'
import { backupRecordFile, readBackupRecord, writeBackupRecord } from './backup-record.ts'
import { type BackupSources, openBackupSources, type Unseen } from './backup-sources.ts'
import { CONTENTS_ENTRY, type Contents, encodeContents, encodeLayout, JOURNAL_ENTRY, LAYOUT_ENTRY } from './layout.ts'
import { type BackupPlan, planBackup } from './plan-backup.ts'
import { writeArchive } from './write-archive.ts'
import { type TarContent, writeTar } from './write-tar.ts'

/** What a backup is made of. */
export interface WriteBackupOptions {
  readonly config: LoadedConfig
  /** The folder that backups are put in; made when it is missing. */
  readonly to: string
  readonly recipients: readonly NamedRecipient[]
  readonly withKeys: boolean
  /** The release key and the signer. */
  readonly keys: () => Promise<HybridSigner>
  /** Only look at what there is. */
  readonly lookOnly: boolean
  readonly signal: AbortSignal
  readonly onProgress: (progress: BackupProgress) => void
}

/** How far a backup is. Its size is known only in the end: releases share blocks. */
export interface BackupProgress {
  /** Of the archive so far. */
  readonly bytes: number
  /** Those that are in it, or could not be read. */
  readonly releases: number
  readonly totalReleases: number
}

/** A backup that was written, or would be. */
export interface WrittenBackup {
  readonly name: BackupName
  readonly folder: string
  readonly sizeBytes: number | undefined
  readonly plan: BackupPlan
  /** Releases, and those that are missing in it; with `lookOnly` all that would be tried. */
  readonly contents: Pick<Contents, 'releases' | 'missing'>
  readonly unseen: readonly Unseen[]
  /** What a restore on an empty machine is told: `--signed-by`. */
  readonly signedBy: string | undefined
}

/**
 * Writes one backup: an encrypted archive, its signed statement, its signed list of recipients. The folder appears whole or not
 * at all. Nobody can publish from here meanwhile.
 *
 * @throws BackupError `BACKUP_EXISTS`, `BACKUP_UNREADABLE`; StoreError `STORE_LOCKED`; and what keys, stores and disks fail with
 */
export async function writeBackup(options: WriteBackupOptions): Promise<WrittenBackup> {
  const { config, to, withKeys, lookOnly, signal } = options
  await makeStatePrivate(config)
  const recordFile = backupRecordFile(config)
  await using stack = new AsyncDisposableStack()
  const plan = await planBackup(config, { withKeys, record: recordFile })
  // Open from here to the end: two backups at once would take the same number.
  const isThere = existsSync(plan.publisher) || !lookOnly
  const publisher = isThere ? stack.adopt(await openBlockStore(plan.publisher), (store) => store.close()) : undefined
  const sources = await openBackupSources({ config, plan, publisher, stack, signal })
  const record = await readBackupRecord(recordFile)
  const number = (await newestNumber(to, record)) + 1
  const domains = Object.keys(config.values.domains).sort()
  const name = { archive: randomBytes(16).toString('hex'), series: record.series, number, domains }
  const folder = join(to, backupFolderName(name))
  if (lookOnly) {
    const releases = [...sources.wanted].map(([root, { nodes }]) => ({
      root,
      domain: null,
      release: null,
      stores: [...nodes],
    }))
    return {
      name,
      folder,
      plan,
      contents: { releases, missing: [] },
      unseen: sources.unseen,
      sizeBytes: undefined,
      signedBy: undefined,
    }
  }
  // Before hours of work, and before the number is taken.
  const keys = await options.keys()
  await writeBackupRecord(recordFile, { series: record.series, number })
  await mkdir(to, { recursive: true, mode: 0o700 })
  const partial = join(to, `.${backupFolderName({ ...record, number: 0 })}.partial`)
  await rm(partial, { recursive: true, force: true })
  try {
    await mkdir(partial, { mode: 0o700 })
    const written = await fill(partial, { ...options, name, keys, plan, sources })
    await rename(partial, folder).catch((cause: unknown) => {
      throw new BackupError('BACKUP_EXISTS', `${folder} is there already; nothing was overwritten.`, { cause })
    })
    return { name, folder, plan, unseen: sources.unseen, signedBy: spkiHash(keys.pq.spki), ...written }
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

interface Filling extends Omit<WriteBackupOptions, 'keys'> {
  readonly name: BackupName
  readonly keys: HybridSigner
  readonly plan: BackupPlan
  readonly sources: BackupSources
}

/** Writes the files of a backup into an empty folder. */
async function fill(
  folder: string,
  { config, name, keys, plan, sources, recipients, signal, onProgress }: Filling,
): Promise<{ contents: WrittenContents; sizeBytes: number }> {
  const { archive } = name
  const archiveKey = randomBytes(ARCHIVE_KEY_BYTES)
  const contents: WrittenContents = { releases: [], missing: [] }
  const snapshot = join(dirname(backupRecordFile(config)), 'backup-journal.db')
  try {
    const tar = writeTar(entries({ plan, sources, snapshot, contents, signal }))
    const context = archiveContext(name)
    const encrypted = encryptArchive(tar, { archiveKey, keyName: archive, context, signal })
    const file = await writeArchive(join(folder, ARCHIVE_FILE), encrypted, (bytes) => {
      const releases = contents.releases.length + contents.missing.length
      onProgress({ bytes, releases, totalReleases: sources.wanted.size })
    })
    const createdAt = new Date().toISOString()
    const signing = { ...keys, signal }
    const statement = await signBackup({ ...name, createdAt, ...file }, signing)
    const wraps = await Promise.all(recipients.map((recipient) => wrapArchiveKey(archiveKey, { archive, recipient })))
    const list = await signRecipientList({ archive, revision: 1, changedAt: createdAt, wraps }, signing)
    // A wallet may have signed something else.
    verifyBackup({ envelope: statement, spki: keys.pq.spki }, { pqKeyHash: spkiHash(keys.pq.spki) })
    const small = { [STATEMENT_FILE]: statement, [RECIPIENTS_FILE]: list, [SPKI_FILE_NAME]: keys.pq.spki }
    for (const [path, bytes] of Object.entries(small)) await writeFile(join(folder, path), bytes, { flush: true })
    return { contents, sizeBytes: file.sizeBytes }
  } finally {
    archiveKey.fill(0)
    await rm(snapshot, { force: true })
  }
}

interface Entries extends Pick<Filling, 'plan' | 'sources' | 'signal'> {
  /** Where the journal's snapshot lies for a while: on this machine, not where backups go. */
  readonly snapshot: string
  readonly contents: WrittenContents
}

async function* entries({ plan, sources, snapshot, contents, signal }: Entries): AsyncGenerator<TarContent> {
  yield inMemory(LAYOUT_ENTRY, encodeLayout(narrowed(plan.layout, sources.wanted)))
  for (const { entry, path } of plan.files) yield inMemory(entry, await readFile(path))
  if (plan.journal !== undefined) {
    await rm(snapshot, { force: true })
    await snapshotSqliteStore(plan.journal, snapshot)
    const { size } = await stat(snapshot)
    yield { name: JOURNAL_ENTRY, sizeBytes: size, chunks: createReadStream(snapshot) }
  }
  yield* backupBlocks(sources.wanted, sources.source, { written: contents, signal })
  yield inMemory(CONTENTS_ENTRY, encodeContents(contents))
}

/** Only the places that get something. */
function narrowed(layout: BackupPlan['layout'], wanted: WantedRoots): BackupPlan['layout'] {
  const keepers = new Set([...wanted.values()].flatMap(({ nodes }) => nodes))
  const unkept = [...wanted.values()].some(({ nodes }) => nodes.length === 0)
  return {
    ...layout,
    publisher: unkept ? layout.publisher : null,
    stores: layout.stores.filter(({ name }) => keepers.has(name)),
  }
}

function inMemory(name: string, bytes: Uint8Array): TarContent {
  return { name, sizeBytes: bytes.length, chunks: [bytes] }
}

/** The highest number that is known here, in the record or among the backups themselves. */
async function newestNumber(to: string, { series, number }: { series: string; number: number }): Promise<number> {
  const prefix = backupFolderName({ series, number: 0 }).slice(0, -'000000'.length)
  const numbers = (await backupsIn(to))
    .map((path) => basename(path))
    .filter((one) => one.startsWith(prefix))
    .map((one) => Number(one.slice(prefix.length)))
  return Math.max(number, ...numbers)
}

import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { parseDomainName } from '@domainsync/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { drivers } from '../config/parse-config.ts'
import { rotationFile } from '../config/rotation-files.ts'
import type { DnsConfig } from '../config/schema.ts'
import { secretsOf } from '../init/config-secrets.ts'
import { stateFolder } from '../wiring/state-folder.ts'
import { configFiles } from './config-files.ts'
import type { Layout } from './layout.ts'
import { pathBelow } from './safe-path.ts'

/** A file of this machine and its name in the archive. */
export interface BackupFile {
  readonly entry: string
  readonly path: string
}

/** What a backup of a configuration is made of, but for its releases. */
export interface BackupPlan {
  readonly layout: Omit<Layout, 'version'>
  readonly files: readonly BackupFile[]
  /** The journal's file; `undefined` when there is none yet. */
  readonly journal: string | undefined
  readonly publisher: string
  /** The nodes that this machine runs. */
  readonly stores: readonly { readonly name: string; readonly path: string }[]
}

/**
 * Looks at what is there; reads only the configuration's files.
 *
 * @param options key files are wanted with `withKeys`; `record` is the machine's record of its backups
 */
export async function planBackup(
  config: LoadedConfig,
  { withKeys, record }: { withKeys: boolean; record: string },
): Promise<BackupPlan> {
  const { values, folder } = config
  const state = stateFolder(config)
  const moved: { from: string; path: string }[] = []
  const place = (path: string): string => {
    const below = pathBelow(folder, path)
    if (below !== undefined) return below
    const known = moved.find(({ from }) => from === path)
    if (known !== undefined) return known.path
    const instead = `outside/${moved.length + 1}/${basename(path)}`
    moved.push({ from: path, path: instead })
    return instead
  }
  const stores = Object.entries(values.providers).flatMap(([name, provider]) =>
    provider.kind === 'embedded' && provider.path !== undefined ? [{ name, path: resolve(folder, provider.path) }] : [],
  )
  const keyFiles = withKeys ? keyFilesOf(config) : []
  const paths = [
    ...(await configFiles(config.file)),
    ...zonesOf(config),
    ...rotationsOf(config),
    record,
    ...keyFiles.map(({ path }) => path),
  ]
  // The record is written before it is read.
  const there = paths.filter((path) => path === record || existsSync(path))
  const files = there.map((path, at) => ({ entry: `files/${at + 1}`, path }))
  const journal = existsSync(state.journal) ? state.journal : undefined
  const secrets = secretsOf(values, Object.keys(values.keys) as (keyof typeof values.keys)[])
  const included = new Set(keyFiles.map(({ file }) => file))
  return {
    layout: {
      config: place(config.file),
      journal: journal === undefined ? null : place(journal),
      publisher: place(state.blocks),
      stores: stores.map(({ name, path }) => ({ name, path: place(path) })),
      files: files.map(({ entry, path }) => ({ entry, path: place(path) })),
      secrets: { env: [...secrets.env], files: secrets.files.filter((file) => !included.has(file)) },
      moved,
    },
    files,
    journal,
    publisher: state.blocks,
    stores,
  }
}

/** What embedded DNS servers remember of updates. */
function zonesOf({ values, folder }: LoadedConfig): string[] {
  return drivers(values).flatMap((name) => {
    const driver = values.dns[name] as DnsConfig
    return driver.kind === 'embedded' ? [resolve(folder, driver.path)] : []
  })
}

/** Older keys that signed for newer ones. */
function rotationsOf(config: LoadedConfig): string[] {
  return Object.keys(config.values.domains).map((name) => rotationFile(parseDomainName(name), config))
}

/** Only those that are encrypted under a passphrase: a raw secret is never in a backup. */
function keyFilesOf({ values, folder }: LoadedConfig): { file: string; path: string }[] {
  return Object.values(values.keys).flatMap((source) =>
    source !== undefined && 'passphrase' in source ? [{ file: source.file, path: resolve(folder, source.file) }] : [],
  )
}

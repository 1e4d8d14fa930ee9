import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { backupRecordFile, readBackupRecord } from '../backup/backup-record.ts'
import { chooseTrust, type TrustOptions } from '../backup/backup-trust.ts'
import type { Extracted } from '../backup/extract-backup.ts'
import { openBackup } from '../backup/open-backup.ts'
import { readRecipientSeed } from '../backup/read-recipient-seed.ts'
import { refuseOlder } from '../backup/refuse-older.ts'
import { restoreBackup } from '../backup/restore-backup.ts'
import type { CommandContext } from '../command-context.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import { jobProgress } from '../output/job-progress.ts'
import { shortCid } from '../output/short.ts'
import type { AddCommand } from '../program.ts'

interface RestoreCommandOptions extends TrustOptions {
  readonly into: string
  readonly key: string
  readonly allowOlder?: boolean
  readonly atLeast?: number
}

/** How whose backups are accepted is said; also by `backup recipients list`. */
export function trustOptions(command: Command): Command {
  return command
    .option('--signed-by <hash>', 'the release key that must have signed it, as "backup" printed it')
    .option('--signer <address>', 'the account that must have signed it too')
    .addOption(
      new Option('--any-signer', 'take it whoever signed it; nothing then says who wrote it').conflicts('signedBy'),
    )
}

/** `restore <backup>`: a backup into an empty folder. */
export const addRestoreCommand: AddCommand = (program, action) => {
  trustOptions(program.command('restore <backup>'))
    .description('a backup into a new folder, once its signatures hold')
    .requiredOption('--into <folder>', 'where to; missing or empty')
    .requiredOption('--key <file>', "a recipient's key file")
    .option('--allow-older', 'although a newer backup is known')
    .option('--at-least <number>', 'refuse backups with a lower number', parseNumber)
    .action(action<RestoreCommandOptions>(restore))
}

async function restore(context: CommandContext, [folder]: string[], options: RestoreCommandOptions): Promise<number> {
  const { terminal, signal, flags } = context
  const trust = await chooseTrust(folder!, { ...context, ...options })
  const backup = await openBackup(folder!, trust)
  const { statement, list } = backup
  terminal.progress(`Backup ${statement.number} of ${statement.domains.join(', ')}, ${statement.createdAt}`)
  terminal.progress(`  signed by ${trust.pqKeyHash} and ${statement.signer}, as ${trust.source} wants`)
  if (options.allowOlder !== true) {
    await refuseOlder(backup, { trust, record: await knownRecord(context), atLeast: options.atLeast })
  }
  const seed = await readRecipientSeed(options.key, context)
  const progress = jobProgress(terminal)
  try {
    const extracted = await restoreBackup(backup, {
      into: options.into,
      seed,
      lookOnly: flags.dryRun,
      signal,
      onProgress: (phase, bytes) => progress.at(phase, { bytes, totalBytes: statement.sizeBytes }),
    })
    if (extracted === undefined) {
      terminal.print(`Backup ${statement.number} is whole and this key opens it. Nothing was written.`)
    } else {
      show(extracted, { context, into: resolve(options.into), allowOlder: options.allowOlder ?? false })
    }
    const { archive, series, number, domains, createdAt } = statement
    terminal.document('restore', {
      outcome: extracted === undefined ? 'planned' : 'restored',
      into: resolve(options.into),
      backup: { archive, series, number, domains, createdAt, revision: list.revision },
      trust: { source: trust.source, pqKeyHash: trust.pqKeyHash, signer: statement.signer },
      ...(extracted === undefined ? {} : restoredDocument(extracted)),
    })
    return EXIT_DONE
  } finally {
    seed.fill(0)
  }
}

/** What this machine remembers of its backups, when it has a configuration. */
async function knownRecord(context: CommandContext) {
  const config = await context.findConfig()
  return config && readBackupRecord(backupRecordFile(config))
}

interface ShowOptions {
  readonly context: CommandContext
  readonly into: string
  readonly allowOlder: boolean
}

function show({ layout, contents }: Extracted, { context, into, allowOlder }: ShowOptions): void {
  const { terminal, flags } = context
  const root = flags.full ? (text: string) => text : shortCid
  for (const { root: cid, domain, release, stores } of contents.releases) {
    const place = stores.length > 0 ? stores.join(', ') : "the publisher's blocks, for a week"
    terminal.print(`release   ${domain === null ? '' : `${domain} ${release}  `}${root(cid)}  ${place}`)
  }
  for (const { root: cid, code } of contents.missing) terminal.print(`MISSING   ${root(cid)}  ${code} when it was made`)
  for (const { path } of layout.files) terminal.print(`file      ${path}`)
  if (layout.journal !== null) terminal.print(`journal   ${layout.journal}`)
  for (const { from, path } of layout.moved) terminal.print(`MOVE      ${path} to ${from}, or change the configuration`)
  terminal.print(`Restored into ${into}`)
  const { env, files } = layout.secrets
  if (files.length > 0) terminal.print(`Put back yourself, they are in no backup: ${files.join(', ')}`)
  if (env.length > 0) terminal.print(`Set yourself: ${env.join(', ')}`)
  const config = join(into, layout.config)
  if (allowOlder) {
    terminal.print(`Warning: releases since this backup may have no copy in it: domainsync plan --config ${config}`)
  }
  terminal.print(`Next: domainsync serve --config ${config}, and status`)
}

function restoredDocument({ layout, contents }: Extracted): Record<string, unknown> {
  return {
    config: layout.config,
    journal: layout.journal,
    files: layout.files.map(({ path }) => path),
    releases: contents.releases,
    missing: contents.missing,
    moved: layout.moved,
    secrets: layout.secrets,
  }
}

function parseNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a number from 1 on.')
}

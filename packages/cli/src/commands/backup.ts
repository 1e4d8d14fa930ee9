import { resolve } from 'node:path'
import { type NamedRecipient, recipientKeyId, type Wrap } from '@domainsync/pq/node'
import type { Command } from 'commander'
import { chooseTrust, type TrustOptions } from '../backup/backup-trust.ts'
import {
  openOwnBackup,
  requireDistinct,
  requireTwo,
  withoutRecipient,
  withRecipients,
  writeRecipients,
} from '../backup/change-recipients.ts'
import { openBackup } from '../backup/open-backup.ts'
import { readRecipientSeed } from '../backup/read-recipient-seed.ts'
import { readRecipients } from '../backup/read-recipients.ts'
import { writeBackup } from '../backup/write-backup.ts'
import type { CommandContext } from '../command-context.ts'
import { readSigningKeys } from '../config/signing-keys.ts'
import { EXIT_DONE, EXIT_INCOMPLETE } from '../output/exit-code.ts'
import { jobProgress } from '../output/job-progress.ts'
import { backupDocument, showBackup } from '../output/show-backup.ts'
import { table } from '../output/table.ts'
import type { Action, AddCommand } from '../program.ts'
import { trustOptions } from './restore.ts'

interface BackupOptions {
  readonly to?: string
  readonly recipient?: readonly string[]
  readonly withKeys?: boolean
  readonly singleRecipient?: boolean
}

/** `backup`, and `backup recipients list|add|remove`. */
export const addBackupCommand: AddCommand = (program, action) => {
  const backup = program
    .command('backup')
    .description('releases, configuration and journal as one encrypted, signed archive')
    .option('--to <folder>', 'where backups go (default: backup.to of the configuration)')
    .option('--recipient <file...>', 'public keys of those who can open it (default: backup.recipients)')
    .option('--with-keys', 'key files too, encrypted as they are: their passphrases then guard all that they can do')
    .option('--single-recipient', 'one recipient is enough; a lost key then loses the backup')
    .action(action<BackupOptions>(backUp))
  addRecipientsCommand(backup, action)
}

async function backUp(context: CommandContext, _args: string[], options: BackupOptions): Promise<number> {
  const { terminal, signal, flags } = context
  const config = await context.loadConfig()
  const { to, recipients: configured } = config.values.backup
  const files = options.recipient ?? configured.map((file) => resolve(config.folder, file))
  const recipients = await readRecipients(files)
  requireDistinct(recipients)
  requireTwo(recipients.length, { single: options.singleRecipient ?? false })
  if (recipients.length === 1) terminal.progress('Warning: one recipient; whoever loses that key loses this backup.')
  const progress = jobProgress(terminal)
  const written = await writeBackup({
    config,
    to: options.to === undefined ? resolve(config.folder, to) : resolve(options.to),
    recipients,
    withKeys: options.withKeys ?? false,
    keys: () => readSigningKeys(config),
    lookOnly: flags.dryRun,
    signal,
    onProgress: ({ bytes, releases, totalReleases }) => {
      progress.at('writing', { bytes, items: { name: 'releases', done: releases, total: totalReleases } })
    },
  })
  showBackup(written, { terminal, full: flags.full, recipients })
  terminal.document('backup', backupDocument(written, recipients.map(named)))
  return written.unseen.length + written.contents.missing.length > 0 ? EXIT_INCOMPLETE : EXIT_DONE
}

interface ChangeOptions {
  readonly key?: string
  readonly singleRecipient?: boolean
}

function addRecipientsCommand(backup: Command, action: Action): void {
  const recipients = backup.command('recipients').description('who can open a backup; its archive is never touched')
  trustOptions(recipients.command('list <backup>').description('who can open it')).action(
    action<TrustOptions>(async (context, [folder], options) => {
      const trust = await chooseTrust(folder!, { ...context, ...options })
      const { list } = await openBackup(folder!, trust)
      showRecipients(context, { folder: folder!, outcome: 'listed', revision: list.revision, wraps: list.wraps })
      return EXIT_DONE
    }),
  )
  recipients
    .command('add <backup> <file...>')
    .description('more recipients, by their public keys; signed anew')
    .requiredOption('--key <file>', 'key file of one who can open it')
    .action(
      action<ChangeOptions>(async (context, [folder, ...files], { key }) => {
        const keys = await readSigningKeys(await context.loadConfig())
        const opened = await openOwnBackup(folder!, keys)
        const added = await readRecipients(files)
        const seed = await readRecipientSeed(key!, context)
        try {
          const wraps = await withRecipients(opened, { seed, recipients: added })
          return await change(context, { opened, wraps, keys, outcome: 'added' })
        } finally {
          seed.fill(0)
        }
      }),
    )
  recipients
    .command('remove <backup> <name>')
    .description('one recipient less, by label or beginning of the key id; signed anew')
    .action(
      action<ChangeOptions>(async (context, [folder, name], { singleRecipient = false }) => {
        const keys = await readSigningKeys(await context.loadConfig())
        const opened = await openOwnBackup(folder!, keys)
        const wraps = withoutRecipient(opened, name!)
        requireTwo(wraps.length, { single: singleRecipient })
        const code = await change(context, { opened, wraps, keys, outcome: 'removed' })
        context.terminal.print('Copies of the backup from before, and what was read from them, stay readable to them.')
        return code
      }),
    )
}

interface Change {
  readonly opened: Awaited<ReturnType<typeof openOwnBackup>>
  readonly wraps: readonly Wrap[]
  readonly keys: Awaited<ReturnType<typeof readSigningKeys>>
  readonly outcome: 'added' | 'removed'
}

async function change(context: CommandContext, { opened, wraps, keys, outcome }: Change): Promise<number> {
  const { signal, flags } = context
  const { folder, list } = opened
  const revision = flags.dryRun ? list.revision : (await writeRecipients(opened, wraps, { keys, signal })).revision
  showRecipients(context, { folder, outcome: flags.dryRun ? 'planned' : outcome, revision, wraps })
  return EXIT_DONE
}

interface Shown {
  readonly folder: string
  readonly outcome: 'listed' | 'planned' | 'added' | 'removed'
  readonly revision: number
  readonly wraps: readonly Wrap[]
}

function showRecipients({ terminal }: CommandContext, { folder, outcome, revision, wraps }: Shown): void {
  const rows = wraps.map(({ label, kem, keyId }) => [label, kem, keyId])
  for (const line of table([['RECIPIENT', 'KEM', 'KEY'], ...rows])) terminal.print(line)
  if (outcome === 'planned') terminal.print('Nothing was written.')
  const recipients = wraps.map(({ label, kem, keyId }) => ({ label, kem, keyId }))
  terminal.document('backup-recipients', { folder: resolve(folder), outcome, revision, recipients })
}

function named(recipient: NamedRecipient) {
  return { label: recipient.label, kem: recipient.kem, keyId: recipientKeyId(recipient) }
}

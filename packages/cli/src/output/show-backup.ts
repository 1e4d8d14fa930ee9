import type { NamedRecipient } from '@domainsync/pq/node'
import type { Unseen } from '../backup/backup-sources.ts'
import type { WrittenBackup } from '../backup/write-backup.ts'
import { byteCount } from './byte-count.ts'
import { shortCid } from './short.ts'
import type { Terminal } from './terminal.ts'

interface Showing {
  readonly terminal: Terminal
  readonly full: boolean
  readonly recipients: readonly NamedRecipient[]
}

/** What is in a backup, and what is not. */
export function showBackup(backup: WrittenBackup, { terminal, full, recipients }: Showing): void {
  const { name, plan, contents, unseen, folder, sizeBytes, signedBy } = backup
  const root = full ? (text: string) => text : shortCid
  terminal.print(`backup    ${name.number} of ${name.domains.join(', ')}`)
  for (const { root: cid, domain, release, stores } of contents.releases) {
    const claimed = domain === null ? '' : `${domain} ${release}  `
    terminal.print(`release   ${claimed}${root(cid)}  ${stores.join(', ')}`.trimEnd())
  }
  for (const { root: cid, code } of contents.missing) terminal.print(`MISSING   ${root(cid)}  ${code}`)
  for (const { what, code } of unseen) terminal.print(`NOT SEEN  ${what}  ${code}`)
  terminal.print(`files     ${plan.files.length}${plan.journal === undefined ? ', no journal' : ', the journal'}`)
  const { env, files } = plan.layout.secrets
  if (env.length + files.length > 0) terminal.print(`left out  ${[...env, ...files].join(', ')} (secrets)`)
  for (const { from, path } of plan.layout.moved) terminal.print(`moved     ${from} is restored as ${path}`)
  terminal.print(`for       ${recipients.map(({ label }) => label).join(', ')}`)
  if (signedBy === undefined) terminal.print(`Would write ${folder}`)
  else {
    terminal.print(`Written: ${folder}  ${byteCount(sizeBytes ?? 0)}`)
    terminal.print(`Note down: restore --signed-by ${signedBy}`)
  }
}

/** The same as one document. */
export function backupDocument(
  { name, plan, contents, unseen, folder, sizeBytes, signedBy }: WrittenBackup,
  recipients: readonly { readonly label: string; readonly kem: string; readonly keyId: string }[],
): Record<string, unknown> {
  return {
    outcome: signedBy === undefined ? 'planned' : 'written',
    folder,
    ...name,
    sizeBytes: sizeBytes ?? null,
    signedBy: signedBy ?? null,
    releases: contents.releases,
    missing: contents.missing,
    unseen: unseen satisfies readonly Unseen[],
    files: plan.layout.files.map(({ path }) => path),
    journal: plan.layout.journal,
    leftOut: plan.layout.secrets,
    moved: plan.layout.moved,
    recipients,
  }
}

import { join } from 'node:path'
import type { Address } from '@domainsync/core'
import { writeWhole } from '@domainsync/ipfs-mirror'
import { type HybridSigner, spkiHash } from '@domainsync/pq'
import {
  type NamedRecipient,
  type RecipientList,
  recipientKeyId,
  signRecipientList,
  unwrapArchiveKey,
  type Wrap,
  wrapArchiveKey,
} from '@domainsync/pq/node'
import { BackupError } from './backup-error.ts'
import { RECIPIENTS_FILE } from './backup-folder.ts'
import { type OpenedBackup, openBackup } from './open-backup.ts'

interface Changing {
  readonly keys: HybridSigner
  readonly signal: AbortSignal
}

/** The backup, as the holder of the keys signed it. */
export function openOwnBackup(folder: string, { pq, signer }: HybridSigner): Promise<OpenedBackup> {
  return openBackup(folder, { pqKeyHash: spkiHash(pq.spki), signer: signer.address.toLowerCase() as Address })
}

/** The wraps of a backup and those of more recipients; takes the seed of one who can open it. */
export async function withRecipients(
  { list }: OpenedBackup,
  { seed, recipients }: { seed: Uint8Array; recipients: readonly NamedRecipient[] },
): Promise<readonly Wrap[]> {
  const { archive, wraps } = list
  requireDistinct(recipients, wraps)
  const archiveKey = await unwrapArchiveKey(seed, list)
  try {
    const added = recipients.map((recipient) => wrapArchiveKey(archiveKey, { archive, recipient }))
    return [...wraps, ...(await Promise.all(added))]
  } finally {
    archiveKey.fill(0)
  }
}

/** The wraps of a backup but for one, named by its label or the beginning of its key's id. */
export function withoutRecipient({ list: { wraps } }: OpenedBackup, name: string): readonly Wrap[] {
  const matching = wraps.filter(({ label, keyId }) => label === name || (name.length >= 8 && keyId.startsWith(name)))
  if (matching.length === 1) return wraps.filter((wrap) => wrap !== matching[0])
  const known = wraps.map(({ label, keyId }) => `${label} (${keyId.slice(0, 8)})`).join(', ')
  throw new BackupError(
    'RECIPIENT_NOT_FOUND',
    `${matching.length === 0 ? 'Nobody' : 'More than one'} is called "${name}"; the recipients are ${known}.`,
    { state: 'Nothing was changed.' },
  )
}

/** Signs and writes the list anew; the archive is not touched. */
export async function writeRecipients(
  { folder, list }: OpenedBackup,
  wraps: readonly Wrap[],
  { keys, signal }: Changing,
): Promise<Omit<RecipientList, 'signer'>> {
  const changed = { archive: list.archive, revision: list.revision + 1, changedAt: new Date().toISOString(), wraps }
  const bytes = await signRecipientList(changed, { ...keys, signal })
  await writeWhole(join(folder, RECIPIENTS_FILE), bytes)
  return changed
}

/** @throws BackupError `RECIPIENTS_TOO_FEW` */
export function requireTwo(count: number, { single }: { single: boolean }): void {
  if (count >= 2 || (single && count === 1)) return
  throw new BackupError(
    'RECIPIENTS_TOO_FEW',
    `A backup is for two recipients at least, so that one lost key does not lose it; here ${count === 1 ? 'is one' : 'are none'}.`,
    {
      state: 'Nothing was written.',
      next: 'name another recipient.pub.json with --recipient; or --single-recipient, if one is all there is',
    },
  )
}

/**
 * Each recipient is another than those that are there and those before it, and is called otherwise.
 *
 * @throws BackupError `RECIPIENTS_TOO_FEW`, `RECIPIENT_NAME_TAKEN`
 */
export function requireDistinct(
  recipients: readonly NamedRecipient[],
  present: readonly Pick<Wrap, 'keyId' | 'label'>[] = [],
): void {
  const state = 'Nothing was written.'
  const known = [...present]
  for (const recipient of recipients) {
    const { label } = recipient
    const keyId = recipientKeyId(recipient)
    if (known.some((other) => other.keyId === keyId)) {
      throw new BackupError('RECIPIENTS_TOO_FEW', `The recipient ${keyId.slice(0, 8)} is named twice: that is one.`, {
        state,
      })
    }
    if (known.some((other) => other.label === label)) {
      const message = `Two recipients would be called "${label}", as their files are; call one file after its owner, like alice.pub.json.`
      throw new BackupError('RECIPIENT_NAME_TAKEN', message, { state })
    }
    known.push({ keyId, label })
  }
}

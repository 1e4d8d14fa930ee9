import { type Bytes32, parseDomainName } from '@domainsync/core'
import { decodeEnvelope, spkiHash } from '@domainsync/pq'
import { type BackupTrust, decodeBackupStatement, type SignedFile } from '@domainsync/pq/node'
import { parseAddress } from '../actions/parse-address.ts'
import type { CommandContext } from '../command-context.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { openNetwork } from '../wiring/network-chain.ts'
import { rpcNotices } from '../wiring/rpc-notices.ts'
import { BackupError } from './backup-error.ts'
import { readSignedFiles } from './backup-folder.ts'

/** How a person says whose backups are accepted. */
export interface TrustOptions {
  /** SHA-256 of the release key's SubjectPublicKeyInfo. */
  readonly signedBy?: string | undefined
  /** The signer's address; without it, the account that the release key names. */
  readonly signer?: string | undefined
  /** Whoever signed it: an explicit choice. */
  readonly anySigner?: boolean | undefined
}

/** Where the trust comes from, for people. */
export type TrustSource = '--signed-by' | 'the registry' | 'nobody (--any-signer)'

/** Whose backups are accepted, and why. */
export interface ChosenTrust extends BackupTrust {
  readonly source: TrustSource
}

/**
 * Whose signature a backup must carry: as the person says, or as the registry says of its domains when a configuration is here.
 * Nothing is taken from the backup but the names that are looked up, unless the person says so.
 *
 * @throws BackupError `BACKUP_UNPINNED`, `BACKUP_NOT_TRUSTED`, `BACKUP_UNREADABLE`
 */
export async function chooseTrust(
  folder: string,
  { signedBy, signer, anySigner = false, ...context }: TrustOptions & CommandContext,
): Promise<ChosenTrust> {
  if (signedBy !== undefined) {
    const account = signer === undefined ? undefined : parseAddress(signer, '--signer')
    return { pqKeyHash: parseHash(signedBy), signer: account, source: '--signed-by' }
  }
  if (signer !== undefined) {
    throw new BackupError('BACKUP_UNPINNED', '"--signer" goes with "--signed-by <hash>".', {
      state: 'Nothing was read, nothing was written.',
    })
  }
  const { statement } = await readSignedFiles(folder)
  const claimed = spkiHash(statement.spki)
  if (anySigner) return { pqKeyHash: claimed, source: 'nobody (--any-signer)' }
  const config = await context.findConfig()
  if (config !== undefined) return { ...(await trustOnChain(statement, config, context)), source: 'the registry' }
  throw new BackupError(
    'BACKUP_UNPINNED',
    `Whose backups do you accept? This one says that ${claimed} signed it. Compare that with what "domainsync backup" printed, or with "domainsync trust show" on another machine.`,
    {
      state: 'Nothing was read of the archive, nothing was written.',
      next: 'the same command with --signed-by <the hash that you noted down>; or with --any-signer, which proves nothing about who wrote it',
    },
  )
}

function parseHash(text: string): Bytes32 {
  if (/^(0x)?[0-9a-f]{64}$/i.test(text)) return `0x${text.toLowerCase().replace(/^0x/, '')}`
  throw new BackupError(
    'BACKUP_UNPINNED',
    `--signed-by: ${JSON.stringify(text)} is not the hash of a release key, 0x and 64 hex digits.`,
    { state: 'Nothing was read, nothing was written.' },
  )
}

/** The keys of all its domains, which are the same and of this configuration. */
async function trustOnChain(
  { envelope }: SignedFile,
  config: LoadedConfig,
  { terminal, signal }: CommandContext,
): Promise<BackupTrust> {
  const { domains } = decodeBackupStatement(decodeEnvelope(envelope).payload)
  const stranger = domains.find((domain) => !Object.hasOwn(config.values.domains, domain))
  if (stranger !== undefined || domains.length === 0) {
    throw notTrusted(`it says that it is of ${stranger ?? 'no domain'}, which is not in the configuration`)
  }
  const { chain } = await openNetwork(
    config,
    rpcNotices((line) => terminal.progress(line)),
  )
  const head = await chain.block('latest', { signal })
  const trusts = new Map<string, BackupTrust>()
  for (const domain of domains) {
    const state = await chain.domain(parseDomainName(domain), head, { signal })
    if (state === undefined) throw notTrusted(`${domain} is not in the registry`)
    const { pqKeyHash, signer } = state.nextTrust
    trusts.set(`${pqKeyHash} ${signer}`, { pqKeyHash, signer })
  }
  const [trust, other] = trusts.values()
  if (trust === undefined || other !== undefined) throw notTrusted('its domains do not have the same keys')
  return trust
}

function notTrusted(why: string): BackupError {
  return new BackupError('BACKUP_NOT_TRUSTED', `The registry does not say whose backup this may be: ${why}.`, {
    state: 'Nothing was read of the archive, nothing was written.',
    next: 'the same command with --signed-by <hash of the release key>',
  })
}

import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { DomainSyncError } from '@domainsync/core'
import type { HpkeKemName } from '@domainsync/pq'
import { KeyFileError, RECIPIENT_KEMS, readKeyIdentity } from '@domainsync/pq/node'
import { Option } from 'commander'
import { EXIT_DONE, EXIT_FAILED } from '../output/exit-code.ts'
import { table } from '../output/table.ts'
import { visibleName } from '../output/visible.ts'
import type { AddCommand } from '../program.ts'
import { readNewPassphrase } from '../read-passphrase.ts'
import { RECIPIENT_FILE, writeNewKey } from '../signing/write-new-key.ts'
import { addRotateCommand } from './keys-rotate.ts'

/** Who should hold which key; one host may hold all, and then one theft costs all. */
const BUNDLES = {
  offline: ['owner', 'guardian'],
  ci: ['publisher'],
  signing: ['signer', 'release'],
  agent: ['healer'],
  registrar: ['registrar'],
  backup: ['recipient'],
} as const
type Bundle = keyof typeof BUNDLES

/** Where key files go unless told otherwise. */
const FOLDER = 'keys'

interface KeysOptions {
  readonly out: string
  readonly kem: HpkeKemName
}

/** `keys new|rotate|list`. */
export const addKeysCommand: AddCommand = (program, action) => {
  const keys = program.command('keys').description('key files: mode 0600, encrypted under a passphrase')
  keys
    .command('new [bundle...]')
    .description(`new key files of the bundles ${Object.keys(BUNDLES).join(', ')} (default: all)`)
    .option('--out <folder>', 'where they go', FOLDER)
    .addOption(
      new Option('--kem <name>', 'what backups are wrapped for the recipient with')
        .choices(RECIPIENT_KEMS)
        .default(RECIPIENT_KEMS[0]),
    )
    .action(
      action<KeysOptions>(async ({ terminal, signal, flags }, names, { out, kem }) => {
        const bundles = names.length > 0 ? names.map(knownBundle) : (Object.keys(BUNDLES) as Bundle[])
        const roles = bundles.flatMap((bundle) => BUNDLES[bundle])
        const folder = resolve(out)
        refuseExisting(folder, roles.flatMap(filesOf))
        if (flags.dryRun) {
          terminal.print(`Would write ${roles.flatMap(filesOf).join(', ')} in ${folder}`)
          terminal.document('keys', { folder, roles, written: false })
          return EXIT_DONE
        }
        const passphrase = await readNewPassphrase(terminal, signal)
        await mkdir(folder, { recursive: true, mode: 0o700 })
        const written = []
        for (const role of roles) {
          terminal.progress(`Encrypting ${role} …`)
          written.push({ role, id: await writeNewKey(resolve(folder, `${role}.json`), { role, passphrase, kem }) })
        }
        for (const line of table([['ROLE', 'PUBLIC ID'], ...written.map(({ role, id }) => [role, id])])) {
          terminal.print(line)
        }
        if (bundles.length > 1) {
          terminal.print('Warning: all on one host: whoever steals it can publish, sign, roll back and change roles.')
        }
        const paying = written
          .filter(({ role }) => ['owner', 'guardian', 'publisher', 'healer'].includes(role))
          .map(({ id }) => id)
        if (paying.length > 0) {
          terminal.print(`Next: send some ether to ${paying.join(' ')}`)
          terminal.print(`  on a local chain: npm run hardhat -- fund ${paying.join(' ')} --network localhost`)
        }
        const registrar = written.find(({ role }) => role === 'registrar')
        if (registrar !== undefined) {
          terminal.print(`Then: npm run hardhat -- deploy --network localhost --registrars ${registrar.id}`)
        }
        if (roles.includes('recipient')) {
          terminal.print(`Backups: ${RECIPIENT_FILE} may be given to anyone; keep recipient.json far from the backups.`)
        }
        terminal.document('keys', { folder, keys: written, written: true })
        return EXIT_DONE
      }),
    )
  addRotateCommand(keys, action)
  keys
    .command('list [file...]')
    .description(`public ids of key files (default: those in ${FOLDER}/ and below it); needs no passphrase`)
    .action(
      action(async ({ terminal }, named) => {
        const rows = await Promise.all(
          named.length > 0 ? named.map(listedKey) : (await keyFilesIn(FOLDER)).map(listedOrUnreadable),
        )
        for (const { file, kind, ...rest } of rows) {
          const what = 'id' in rest ? rest.id : `${rest.code} ${rest.message}`
          terminal.print(`${visibleName(file)}  ${kind}  ${what}`)
        }
        terminal.document('keys', { keys: rows })
        return rows.some(({ kind }) => kind === UNREADABLE) ? EXIT_FAILED : EXIT_DONE
      }),
    )
}

/** The kind of a file that is no key, or a damaged one. */
const UNREADABLE = 'unreadable'

async function listedKey(file: string) {
  const identity = await readKeyIdentity(resolve(file))
  return { file, kind: identity.kind, id: identity.kind === 'account' ? identity.address : identity.keyId }
}

/** One file in a folder's way does not hide the others. */
async function listedOrUnreadable(file: string) {
  return await listedKey(file).catch((error: unknown) => {
    if (!(error instanceof KeyFileError)) throw error
    return { file, kind: UNREADABLE, code: error.code, message: error.message }
  })
}

async function keyFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(resolve(folder), { recursive: true }).catch((): string[] => [])
  const files = names
    .filter((name) => name.endsWith('.json') && basename(name) !== RECIPIENT_FILE)
    .map((name) => join(folder, name))
  if (files.length > 0) return files.sort()
  throw new DomainSyncError('NO_KEY_FILES', `There are no key files in ${folder}.`, {
    state: 'Nothing was changed.',
    next: 'domainsync keys new, or name the files',
    retryable: false,
  })
}

function knownBundle(name: string): Bundle {
  if (name in BUNDLES) return name as Bundle
  throw new DomainSyncError(
    'KEY_BUNDLE_UNKNOWN',
    `There is no bundle "${name}"; there are ${Object.keys(BUNDLES).join(', ')}.`,
    {
      state: 'Nothing was written.',
      retryable: false,
    },
  )
}

function refuseExisting(folder: string, names: readonly string[]): void {
  const existing = names.map((name) => resolve(folder, name)).find((path) => existsSync(path))
  if (!existing) return
  throw new DomainSyncError('KEY_FILE_EXISTS', `${existing} is there already; a key is never overwritten.`, {
    state: 'Nothing was written.',
    next: 'domainsync keys new --out <another folder>',
    retryable: false,
  })
}

/** A role's key file, and what goes with it. */
function filesOf(role: string): string[] {
  return role === 'recipient' ? [`${role}.json`, RECIPIENT_FILE] : [`${role}.json`]
}

import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { DomainSyncError, parseDomainName } from '@domainsync/core'
import { ConfigError } from '../config/config-error.ts'
import { CONFIG_FILE } from '../config/load-config.ts'
import { announcementName } from '../init/announcement.ts'
import { GENERATED_SECRETS, renderConfig } from '../init/render-config.ts'
import { LOCAL_CHAIN_ID } from '../output/confirm.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import type { AddCommand } from '../program.ts'

interface InitOptions {
  readonly chainId: string
  readonly registry: string
  readonly rpc: string[]
}

const NO_REGISTRY = `0x${'0'.repeat(40)}`

/** `init [domain…]`: a configuration to start from, and the DNS records to add. */
export const addInitCommand: AddCommand = (program, action) => {
  program
    .command('init [domain...]')
    .description('a configuration, and the DNS records to add')
    .option('--chain-id <id>', 'the chain', String(LOCAL_CHAIN_ID))
    .option('--registry <address>', 'the registry on it', NO_REGISTRY)
    .option('--rpc <url...>', 'RPC URLs, of different operators', ['http://127.0.0.1:8545'])
    .action(
      action<InitOptions>(async ({ flags, terminal }, names, { chainId, registry, rpc }) => {
        if (!/^0x[0-9a-fA-F]{40}$/.test(registry)) {
          throw new ConfigError(
            'CONFIG_INVALID',
            `--registry: "${registry}" is no address; write 0x and 40 hex digits.`,
          )
        }
        const domains = (names.length > 0 ? names : ['example.com']).map(parseDomainName)
        const file = resolve(flags.config ?? CONFIG_FILE)
        const text = renderConfig({ domains, chainId: Number(chainId), registry, rpcUrls: rpc })
        if (!flags.dryRun) {
          await writeNew(file, text)
          await writeSecrets(join(dirname(file), 'keys'))
        }
        const records = domains.flatMap((domain) => [
          { name: `_dnslink.${domain}`, type: 'TXT', value: '"dnslink=/ipfs/…"', by: 'the first publish' },
          {
            name: announcementName(domain),
            type: 'TXT',
            value: '"domainsync=1;…"',
            by: 'domainsync register shows it',
          },
        ])
        terminal.print(`${flags.dryRun ? 'Would write' : 'Wrote'} ${file}`)
        terminal.print('DNS records:')
        for (const { name, type, value, by } of records) terminal.print(`  ${name} ${type} ${value}  (${by})`)
        terminal.print('Next: domainsync keys new')
        terminal.document('init', { file, domains, records, written: !flags.dryRun })
        return EXIT_DONE
      }),
    )
}

async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text, { flag: 'wx' }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause
    throw new DomainSyncError('CONFIG_EXISTS', `${file} is there already; it is left as it is.`, {
      cause,
      state: 'Nothing was written.',
      next: 'domainsync config',
      retryable: false,
    })
  })
}

/** Those that are there already stay. */
async function writeSecrets(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of GENERATED_SECRETS) {
    const secret = randomBytes(32).toString('base64')
    await writeFile(join(folder, name), `${secret}\n`, { flag: 'wx', mode: 0o600 }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      },
    )
  }
}

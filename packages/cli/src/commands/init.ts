import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { type DomainName, DomainSyncError, parseDomainName } from '@domainsync/core'
import { ConfigError } from '../config/config-error.ts'
import { CONFIG_FILE, type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { announcementName } from '../init/announcement.ts'
import { secretNameOf } from '../init/config-secrets.ts'
import { type FileOutcome, IGNORED_FOLDERS, initFiles, makeFiles } from '../init/init-files.ts'
import { loadRendered } from '../init/load-rendered.ts'
import { renderConfig } from '../init/render-config.ts'
import { readToolSource } from '../init/tool-source.ts'
import { SWITCH } from '../init/workflow-parts.ts'
import { LOCAL_CHAIN_ID } from '../output/confirm.ts'
import { EXIT_DONE } from '../output/exit-code.ts'
import type { AddCommand } from '../program.ts'

interface InitOptions {
  readonly chainId: string
  readonly registry: string
  readonly rpc: string[]
  readonly workflows: boolean
}

const NO_REGISTRY = `0x${'0'.repeat(40)}`
const VERBS: Readonly<Record<FileOutcome, string>> = {
  written: 'Wrote',
  kept: 'Left as it was:',
  planned: 'Would write',
}

/** `init [domain…]`: a configuration to start from, workflows, and the DNS records to add. */
export const addInitCommand: AddCommand = (program, action) => {
  program
    .command('init [domain...]')
    .description('a configuration, workflows for GitHub, and the DNS records to add')
    .option('--chain-id <id>', 'the chain', String(LOCAL_CHAIN_ID))
    .option('--registry <address>', 'the registry on it', NO_REGISTRY)
    .option('--rpc <url...>', 'RPC URLs, of different operators', ['http://127.0.0.1:8545'])
    .option('--no-workflows', 'no workflows for GitHub')
    .action(
      action<InitOptions>(async ({ flags, terminal }, names, { workflows, ...options }) => {
        const file = resolve(flags.config ?? CONFIG_FILE)
        const folder = dirname(file)
        const { text, config } = await readOrRender(file, names.map(parseDomainName), options)
        const made = initFiles({ file, config }, { workflows, source: await readToolSource() })
        if (!flags.dryRun) await mkdir(join(folder, 'keys'), { recursive: true, mode: 0o700 })
        const files = await makeFiles([{ path: file, text }, ...made.files], flags)
        for (const { path, outcome } of files) terminal.print(`${VERBS[outcome]} ${relative('', path)}`)
        const warnings = [...(await forgottenIn(join(folder, '.gitignore'))), ...(workflows ? misplaced(folder) : [])]
        for (const warning of warnings) terminal.print(`Warning: ${warning}`)

        const domains = Object.keys(config.values.domains).map(parseDomainName)
        const records = domains.flatMap(recordsOf)
        terminal.print('DNS records:')
        for (const { name, type, value, by } of records) terminal.print(`  ${name} ${type} ${value}  (${by})`)
        if (workflows) for (const line of switchingOn(made.secrets, config)) terminal.print(line)
        terminal.print('Next: domainsync keys new')
        const { secrets } = made
        terminal.document('init', { file, files, domains, records, secrets, warnings, written: !flags.dryRun })
        return EXIT_DONE
      }),
    )
}

/** The configuration that is there, or the one that will be. @throws ConfigError; DomainSyncError `CONFIG_EXISTS` */
async function readOrRender(
  file: string,
  names: readonly DomainName[],
  { chainId, registry, rpc: rpcUrls }: Pick<InitOptions, 'chainId' | 'registry' | 'rpc'>,
): Promise<{ text: string; config: LoadedConfig }> {
  if (existsSync(file)) {
    const config = await loadConfig(file)
    const stranger = names.find((name) => config.values.domains[name] === undefined)
    if (stranger === undefined) return { text: '', config }
    throw new DomainSyncError(
      'CONFIG_EXISTS',
      `${file} is there already and is left as it is; add domains."${stranger}" to it by hand.`,
      { state: 'Nothing was written.', next: 'domainsync config', retryable: false },
    )
  }
  if (!/^[1-9]\d*$/.test(chainId)) throw new ConfigError('CONFIG_INVALID', `--chain-id: "${chainId}" is no chain id.`)
  if (!/^0x[0-9a-fA-F]{40}$/.test(registry)) {
    throw new ConfigError('CONFIG_INVALID', `--registry: "${registry}" is no address; write 0x and 40 hex digits.`)
  }
  const wrong = rpcUrls.findIndex((url) => !/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
  if (wrong >= 0) throw new ConfigError('CONFIG_INVALID', `--rpc: number ${wrong + 1} is no http or https URL.`)
  const domains = names.length > 0 ? names : [parseDomainName('example.com')]
  const text = renderConfig({ domains, chainId: Number(chainId), registry, rpcUrls })
  return { text, config: await loadRendered(text) }
}

/** A `.gitignore` of somebody else's may let keys into a commit. */
async function forgottenIn(file: string): Promise<string[]> {
  if (!existsSync(file)) return []
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/\*?$/g, ''))
  const missing = IGNORED_FOLDERS.filter((name) => !lines.includes(name))
  return missing.length > 0 ? [`.gitignore does not name ${missing.map((name) => `${name}/`).join(', ')}.`] : []
}

/** GitHub reads workflows in one place. */
function misplaced(folder: string): string[] {
  const repository = above(folder).find((path) => existsSync(join(path, '.git')))
  if (repository === undefined || repository === folder) return []
  return [`GitHub reads .github/ in ${repository} alone: move it there, and correct the folders in it.`]
}

/** A folder, the one around it, and so on. */
function above(folder: string): string[] {
  const next = dirname(folder)
  return next === folder ? [folder] : [folder, ...above(next)]
}

function recordsOf(domain: DomainName) {
  return [
    { name: `_dnslink.${domain}`, type: 'TXT', value: '"dnslink=/ipfs/…"', by: 'the first publish' },
    { name: announcementName(domain), type: 'TXT', value: '"domainsync=1;…"', by: 'domainsync register shows it' },
  ]
}

/** What a person has to do before the workflows do anything. */
function switchingOn(
  { env, files }: { env: readonly string[]; files: readonly string[] },
  { values }: LoadedConfig,
): string[] {
  if (values.network.chainId === LOCAL_CHAIN_ID) {
    return [
      `Workflows: off, since GitHub cannot reach this machine. README, "GitHub Actions", says how to switch them on.`,
    ]
  }
  return [
    'Workflows, once GitHub can reach what the configuration names:',
    ...env.map((name) => `  gh secret set ${name}`),
    ...files.map((file) => `  gh secret set ${secretNameOf(file)} < ${file}`),
    `  gh variable set ${SWITCH.name} --body ${SWITCH.on}`,
  ]
}

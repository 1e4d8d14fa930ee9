import { type DomainName, DomainSyncError, parseDomainName } from '@domainsync/core'
import { openSavedFile, writeCarFile } from '@domainsync/ipfs-mirror'
import { bestMlDsa } from '@domainsync/pq/node'
import { type VerificationReport, verifyBundle } from '@domainsync/sdk'
import { InvalidArgumentError, Option } from 'commander'
import type { CommandContext } from '../command-context.ts'
import { configuredPins } from '../config/configured-pins.ts'
import { releaseKeyHash } from '../config/release-key-hash.ts'
import { EXIT_DONE, EXIT_FAILED, EXIT_INCOMPLETE } from '../output/exit-code.ts'
import { NO_ANSWER, servedFaults } from '../output/served-faults.ts'
import { ago } from '../output/short.ts'
import type { Terminal } from '../output/terminal.ts'
import type { AddCommand } from '../program.ts'
import { openClient } from '../wiring/open-client.ts'

interface VerifyOptions {
  readonly url?: string
  readonly pin?: string
  readonly save?: string
  readonly offline?: string
  readonly blockHash?: string
  readonly registry?: string
  readonly chainId?: number
}

/** Findings that are no verdict: somebody could not be asked, or has to be. */
const UNKNOWN = new Set([
  'RPC_NO_QUORUM',
  'RPC_UNREACHABLE',
  'RPC_TIMEOUT',
  'ROOT_UNAVAILABLE',
  'UNREADABLE',
  'BLOCK_CLAIMED',
])

/** `verify <domain>`: chain → root → signatures → served bytes. */
export const addVerifyCommand: AddCommand = (program, action) => {
  program
    .command('verify <domain>')
    .description('chain → root → signatures → file list → served bytes')
    .option('--url <url>', 'where readers read it (default: the configured one)')
    .option('--pin <file or hash>', 'the release key to accept, and those that it led to (default: the configured one)')
    .option('--save <file>', 'what was verified, with a proof of the chain, as one file')
    .addOption(
      new Option('--offline <file>', 'verify what --save wrote, without any network').conflicts(['url', 'save']),
    )
    .option('--block-hash <hash>', 'with --offline: the block it must be of, from a source you trust')
    .option('--registry <address>', 'with --offline: the registry (default: the configured one)')
    .addOption(
      new Option('--chain-id <number>', 'with --offline: the chain (default: the configured one)').argParser(chainId),
    )
    .action(
      action<VerifyOptions>(async (context, [text], options) => {
        const { terminal } = context
        const domain = parseDomainName(text!)
        const report =
          options.offline === undefined
            ? await verifyOnline(domain, options, context)
            : await verifyOffline(domain, { ...options, offline: options.offline }, context)
        terminal.document('verify', { ...report, root: report.root?.toString() })
        if (report.ok) return EXIT_DONE
        return report.failures.every(({ code }) => UNKNOWN.has(code)) ? EXIT_INCOMPLETE : EXIT_FAILED
      }),
    )
}

async function verifyOnline(
  domain: DomainName,
  options: VerifyOptions,
  { terminal, signal, loadConfig }: CommandContext,
): Promise<VerificationReport> {
  if ((options.blockHash ?? options.registry ?? options.chainId) !== undefined) {
    throw new DomainSyncError(
      'OFFLINE_MISSING',
      '"--block-hash", "--registry" and "--chain-id" go with "--offline <file>".',
      { retryable: false },
    )
  }
  const config = await loadConfig()
  const { pin } = options
  const pinnedKeys = pin === undefined ? undefined : { [domain]: await releaseKeyHash(pin, '--pin') }
  const client = await openClient(config, terminal, { pinnedKeys })
  const url = options.url ?? config.values.domains[domain]?.url
  const report = await client.verify(domain, { url, signal })
  showReport(report, terminal)
  if (options.save !== undefined && !report.ok) terminal.print('Nothing was saved.')
  if (options.save !== undefined && report.ok) {
    await writeCarFile(options.save, client.saveBundle(report, { signal }), { signal })
    terminal.print(`Saved as ${options.save}, proven at block ${report.block!.number} ${report.block!.hash}.`)
  }
  return report
}

async function verifyOffline(
  domain: DomainName,
  { offline, blockHash, ...options }: VerifyOptions & { readonly offline: string },
  { terminal, signal, loadConfig, findConfig }: CommandContext,
): Promise<VerificationReport> {
  // The reader's own, by the command line or by the configuration; never the bundle's.
  const isNamed = options.registry !== undefined && options.chainId !== undefined
  const config = isNamed ? await findConfig() : await loadConfig()
  const network = config?.values.network
  const pinnedKey =
    options.pin === undefined ? config && configuredPins(config)[domain] : await releaseKeyHash(options.pin, '--pin')
  await using file = await openSavedFile(offline)
  const report = await verifyBundle(file, {
    domain,
    chainId: options.chainId ?? network!.chainId,
    registry: options.registry ?? network!.registry,
    blockHash,
    pinnedKey,
    verifyMlDsa: bestMlDsa().verify,
    signal,
  })
  showReport(report, terminal, { offline: true })
  return report
}

function chainId(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a number, 1 for Ethereum.')
}

const STEPS = ['', 'chain', 'head', 'blocks', 'signed', 'states', 'files', 'served']

function showReport(
  { domain, ok, release, root, block, checks, failures }: VerificationReport,
  terminal: Terminal,
  { offline = false }: { offline?: boolean } = {},
): void {
  const { green, red } = terminal.colors
  for (const check of checks.filter(({ step }) => step < 7)) {
    terminal.print(
      `${check.ok ? green('✓') : red('✗')} ${STEPS[check.step]!.padEnd(7)} ${check.ok ? '' : `${check.code} `}${check.detail}`,
    )
  }
  const served = checks.filter(({ step }) => step === 7)
  const wrong = served.filter((check) => !check.ok)
  if (served.length > 0) {
    const mark = wrong.length === 0 ? green('✓') : red('✗')
    terminal.print(`${mark} served  ${served.length - wrong.length} of ${served.length} answers are the signed bytes.`)
  }
  for (const line of servedFaults(wrong)) terminal.print(`          ${line}`)
  if (served.length > 0 && served.every(({ code }) => NO_ANSWER.has(code))) {
    terminal.print(`          Where does it answer? domainsync verify ${domain} --url http://…`)
  }
  if (offline && block !== undefined) {
    const age = ago(block.timestamp * 1000, Date.now())
    terminal.print(`  It is of ${age}. What is live or served now, only "domainsync verify ${domain}" can say.`)
  }
  const approved = `${offline ? 'This is' : `${domain} serves`} what was approved: release ${release}, ${root}.`
  terminal.print(
    ok
      ? green(approved)
      : red(`${domain}: NOT verified (${[...new Set(failures.map(({ code }) => code))].join(', ')}).`),
  )
}

import { parseDomainName } from '@domainsync/core'
import type { VerificationReport } from '@domainsync/sdk'
import { EXIT_DONE, EXIT_FAILED, EXIT_INCOMPLETE } from '../output/exit-code.ts'
import type { Terminal } from '../output/terminal.ts'
import type { AddCommand } from '../program.ts'
import { openClient } from '../wiring/open-client.ts'

interface VerifyOptions {
  readonly url?: string
}

/** Findings that are no verdict: somebody could not be asked. */
const UNKNOWN = new Set(['RPC_NO_QUORUM', 'RPC_UNREACHABLE', 'RPC_TIMEOUT', 'ROOT_UNAVAILABLE', 'UNREADABLE'])

/** `verify <domain>`: chain → root → signatures → served bytes. */
export const addVerifyCommand: AddCommand = (program, action) => {
  program
    .command('verify <domain>')
    .description('chain → root → signatures → file list → served bytes')
    .option('--url <url>', 'where readers read it (default: the configured one)')
    .action(
      action<VerifyOptions>(async (context, [text], options) => {
        const { terminal, signal } = context
        const config = await context.loadConfig()
        const domain = parseDomainName(text!)
        const client = await openClient(config, terminal)
        const url = options.url ?? config.values.domains[domain]?.url
        const report = await client.verify(domain, { url, signal })
        showReport(report, terminal)
        terminal.document('verify', { ...report, root: report.root?.toString() })
        if (report.ok) return EXIT_DONE
        return report.failures.every(({ code }) => UNKNOWN.has(code)) ? EXIT_INCOMPLETE : EXIT_FAILED
      }),
    )
}

const STEPS = ['', 'chain', 'head', 'blocks', 'signed', 'states', 'files', 'served']

function showReport({ domain, ok, release, root, checks, failures }: VerificationReport, terminal: Terminal): void {
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
  for (const { code, subject, detail } of wrong) terminal.print(`          ${code} ${subject}: ${detail}`)
  terminal.print(
    ok
      ? green(`${domain} serves what was approved: release ${release}, ${root}.`)
      : red(`${domain}: NOT verified (${[...new Set(failures.map(({ code }) => code))].join(', ')}).`),
  )
}

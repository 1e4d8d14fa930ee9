import type { PassReport } from '@domainsync/healing-agent'
import { actionLine } from './describe-action.ts'
import { EXIT_DONE, EXIT_INCOMPLETE } from './exit-code.ts'
import { findingLines } from './finding-lines.ts'
import { ago, shortCid, shortCids } from './short.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

export interface ShowOptions {
  readonly terminal: Terminal
  /** Identifiers whole. */
  readonly full: boolean
}

/** The table of `status`, then a line for each thing that is not as it should be. */
export function showFindings(report: PassReport, { terminal, full }: ShowOptions): void {
  const short = full ? (text: string) => text : shortCid
  const { red, green, yellow, dim } = terminal.colors
  const tint = (text: string) =>
    /^(match|pass)$/.test(text)
      ? green(text)
      : /^[A-Z]+$/.test(text)
        ? red(text)
        : text === 'unknown'
          ? yellow(text)
          : text
  const rows = report.domains.map((domain) => [
    domain.domain,
    domain.release ? `${domain.release.live} ${short(domain.release.root)}` : domain.quorum ? 'none' : '?',
    tint(domain.freezes.length > 0 ? 'FROZEN' : domain.served),
    tint(domain.dns.status),
    `${domain.replicas.stored}/${domain.replicas.of}`,
    ago(domain.checkedAt, report.finishedAt),
  ])
  for (const line of table([['DOMAIN', 'RELEASE', 'SERVED', 'DNS', 'REPLICAS', 'CHECKED'].map(dim), ...rows])) {
    terminal.print(line)
  }
  for (const domain of report.domains) {
    for (const line of findingLines(domain, report.finishedAt)) {
      const text = full ? line : shortCids(line)
      terminal.print(/^\S+ {2}WARNING /.test(line) ? red(text) : text)
    }
  }
}

/** A line for each repair, planned or tried; gives their number. */
export function showActions({ domains }: PassReport, { terminal, full }: ShowOptions): number {
  const lines = domains.flatMap(({ domain, actions }) => actions.flatMap((action) => actionLine(domain, action) ?? []))
  for (const line of lines) terminal.print(full ? line : shortCids(line))
  return lines.length
}

/** Healthy: nothing found, nothing frozen, nothing to warn of, everything asked and answered, every copy that can count there. */
export function exitCodeOfFindings({ complete, domains }: PassReport): number {
  const healthy = domains.every(
    ({ conditions, freezes, warnings, error, release, served, dns, replicas }) =>
      conditions.length + freezes.length + warnings.length === 0 &&
      error === null &&
      (release === null ||
        (served === 'match' &&
          dns.status === 'match' &&
          replicas.list.every(({ spare, countable, copy }) => spare || !countable || copy === 'stored'))),
  )
  return complete && healthy ? EXIT_DONE : EXIT_INCOMPLETE
}

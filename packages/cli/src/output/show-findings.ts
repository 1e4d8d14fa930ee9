import type { Action, ActionReport, DomainReport, PassReport } from '@domainsync/healing-agent'
import { EXIT_DONE, EXIT_INCOMPLETE } from './exit-code.ts'
import { ago, shortCid, shortCids } from './short.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

/** The table of `status`, then a line for each thing that is not as it should be. */
export function showFindings(report: PassReport, { terminal, full }: { terminal: Terminal; full: boolean }): void {
  const short = full ? (text: string) => text : shortCid
  const { red, green, dim } = terminal.colors
  const tint = (text: string) => (/^(match|pass)$/.test(text) ? green(text) : /^[A-Z]+$/.test(text) ? red(text) : text)
  const rows = report.domains.map((domain) => [
    domain.domain,
    domain.release ? `${domain.release.live} ${short(domain.release.root)}` : 'none',
    tint(domain.freezes.length > 0 ? 'FROZEN' : domain.served),
    tint(domain.dns.status),
    `${domain.replicas.stored}/${domain.replicas.of}`,
    ago(domain.checkedAt, report.finishedAt),
  ])
  for (const line of table([['DOMAIN', 'RELEASE', 'SERVED', 'DNS', 'REPLICAS', 'CHECKED'].map(dim), ...rows])) {
    terminal.print(line)
  }
  for (const domain of report.domains)
    for (const line of detailsOf(domain)) terminal.print(full ? line : shortCids(line))
}

function detailsOf({ domain, conditions, actions, freezes, error }: DomainReport): string[] {
  return [
    ...(error ? [`${domain} ${error.code}: ${error.message}`] : []),
    ...conditions.map(
      ({ type, subject, evidence, severity }) =>
        `${domain} ${type}${subject ? ` ${subject}` : ''} (${severity}): ${evidence}`,
    ),
    ...freezes.map(({ cause, kind }) => `${domain} frozen (${kind}): ${cause}`),
    ...actions.flatMap((report) => actionLine(domain, report) ?? []),
  ]
}

/** One line about a repair, planned or tried; messages to people are left out. */
export function actionLine(domain: string, { action, outcome, code, detail }: ActionReport): string | undefined {
  const target = targetOf(action)
  if (target === undefined) return undefined
  return `${domain} ${outcome} ${action.kind}${code ? ` ${code}` : ''}: ${detail || target}`
}

/** What a repair is about; `undefined` for a message, which is no repair. */
function targetOf(action: Action): string | undefined {
  switch (action.kind) {
    case 'notify':
    case 'page':
      return undefined
    case 'restart':
    case 'repin':
    case 'reupload':
      return action.replica
    case 'spareProvider':
      return `${action.spare} in the place of ${action.replica}`
    case 'raise':
    case 'redeploy':
      return action.replicas.join(', ')
    case 'swapDns':
      return `${action.expected ?? 'nothing'} → ${action.next}`
    case 'rollback':
    case 'keep':
      return `release ${action.release}`
    case 'pausePublishing':
    case 'blockPublishing':
      return 'no publish until a person looked'
    case 'unblockPublishing':
      return 'publishing goes on'
    case 'logHealthFailure':
      return action.root
  }
}

/** Healthy: nothing found, nothing frozen, everything asked. */
export function exitCodeOfFindings({ complete, domains }: PassReport): number {
  const healthy = domains.every(({ conditions, freezes, error }) => conditions.length + freezes.length === 0 && !error)
  return complete && healthy ? EXIT_DONE : EXIT_INCOMPLETE
}

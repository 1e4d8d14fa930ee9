import type { DomainReport, PassReport } from '@domainsync/healing-agent'
import { actionLine } from './describe-action.ts'

/**
 * What a resident says after each pass: every repair, and once what stays as it is (an error, a warning, what would be done). What
 * is wrong, and that it is over, come as messages.
 */
export function createAgentLines(): (report: PassReport) => string[] {
  const standing = new Map<string, readonly string[]>()
  return ({ domains }) =>
    domains.flatMap((report) => {
      const before = standing.get(report.domain) ?? []
      const now = standingLines(report)
      standing.set(report.domain, now)
      return [...now.filter((line) => !before.includes(line)), ...tried(report)]
    })
}

function standingLines({ domain, error, warnings, actions }: DomainReport): string[] {
  return [
    ...(error ? [`${domain}  ${error.code}: ${error.message}`] : []),
    ...warnings.map(({ code, message }) => `${domain}  WARNING ${code}: ${message}`),
    ...actions.filter(({ outcome }) => outcome === 'planned').flatMap((one) => actionLine(domain, one) ?? []),
  ]
}

function tried({ domain, actions }: DomainReport): string[] {
  return actions.filter(({ outcome }) => outcome !== 'planned').flatMap((one) => actionLine(domain, one) ?? [])
}

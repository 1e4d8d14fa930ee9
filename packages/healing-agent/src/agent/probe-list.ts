import { type AgentDomain, checkedPaths, pagePaths, servedPaths } from '../agent-domain.ts'
import { probeName } from '../observe/probe-name.ts'

/** Every probe of a domain. A spare is looked at like any replica, but its being empty is no finding. */
export function probesOf(domain: AgentDomain): string[] {
  const { replicas } = domain
  return [
    probeName('chain'),
    probeName('dns'),
    probeName('feed'),
    probeName('trust'),
    ...replicas.filter(({ tier }) => tier === 1).map(({ replica }) => probeName('node', replica.name)),
    ...replicas.map(({ replica }) => probeName('replica', replica.name)),
    probeName('content'),
    probeName('release'),
    ...servedPaths(domain).map((path) => probeName('served', path)),
    ...checkedPaths(domain).map((path) => probeName('check', path)),
    ...pagePaths(domain).map((path) => probeName('site', path)),
  ]
}

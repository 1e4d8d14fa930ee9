import type { ConditionType } from '@domainsync/core'

/** What the agent looks at, and the condition a run of bad answers opens. */
export const PROBE_CONDITIONS = {
  chain: 'ChainNoQuorum',
  dns: 'DnsDrift',
  node: 'NodeOffline',
  replica: 'ReplicaLost',
  content: 'ContentAtRisk',
  served: 'HashMismatch',
  release: 'ReleaseUnverifiable',
  check: 'ReleaseBad',
  site: 'ChecksFailing',
  feed: 'FeedMismatch',
  trust: 'TrustChanging',
} as const satisfies Record<string, ConditionType>

export type ProbeKind = keyof typeof PROBE_CONDITIONS

/** Probes whose answer is about the live release: what they said of an earlier one does not count. */
const HEAD_BOUND: ReadonlySet<ProbeKind> = new Set(['dns', 'replica', 'content', 'served', 'release', 'check', 'site'])

/** A probe's name as it stands in observations: `dns`, `replica:node-1`, `served:/`. */
export function probeName(kind: ProbeKind, subject = ''): string {
  return subject === '' ? kind : `${kind}:${subject}`
}

/** Kind and subject of a probe's name; `undefined` for what is no probe (the agent's own records). */
export function parseProbeName(name: string): { kind: ProbeKind; subject: string } | undefined {
  const colon = name.indexOf(':')
  const kind = colon === -1 ? name : name.slice(0, colon)
  if (!isProbeKind(kind)) return undefined
  return { kind, subject: colon === -1 ? '' : name.slice(colon + 1) }
}

export function isHeadBound(kind: ProbeKind): boolean {
  return HEAD_BOUND.has(kind)
}

function isProbeKind(kind: string): kind is ProbeKind {
  return Object.hasOwn(PROBE_CONDITIONS, kind)
}

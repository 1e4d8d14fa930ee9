import { type DomainState, failedCheck, type Observation, rootFromHash } from '@domainsync/core'
import { readDnsLink } from '@domainsync/dns'
import { CID } from 'multiformats/cid'
import { type AgentDomain, servedPaths } from '../agent-domain.ts'
import { getPage } from '../observe/get-page.ts'
import { observeCheck } from '../observe/observe-check.ts'
import { observeContent } from '../observe/observe-content.ts'
import type { ObserveContext } from '../observe/observe-context.ts'
import { observed } from '../observe/observe-context.ts'
import { normalCid, observeDns } from '../observe/observe-dns.ts'
import { observeNode } from '../observe/observe-node.ts'
import { observeRelease } from '../observe/observe-release.ts'
import { observeReplica } from '../observe/observe-replica.ts'
import { observeServed, type Served } from '../observe/observe-served.ts'
import { probeName } from '../observe/probe-name.ts'
import type { Verification, VerifyRelease } from '../observe/verification.ts'
import type { Answer, Candidate } from '../plan/plan-state.ts'
import { wantedRelease } from '../plan/wanted-release.ts'
import type { AgentSettings } from './agent-settings.ts'
import type { AgentTools } from './agent-tools.ts'
import { answerOf, OlderReleases } from './candidates.ts'
import type { DomainMemory } from './domain-memory.ts'
import { replicaFacts } from './replica-facts.ts'

/** What one pass needs to look at a domain. */
export interface Look {
  readonly domain: AgentDomain
  readonly memory: DomainMemory
  readonly settings: AgentSettings
  readonly tools: AgentTools
  readonly verify: VerifyRelease
  readonly context: ObserveContext
  /** Whether a probe is due in this pass. */
  readonly due: (probe: string) => boolean
  /** A publish of ours is on its way. */
  readonly publishing: boolean
}

/** The release whose copies and pages are looked at. */
export interface Target {
  readonly release: number
  readonly root: CID
}

/** What a look found besides the observations, which went to the memory. */
export interface Sight {
  readonly observations: readonly Observation[]
  readonly candidates: readonly Candidate[]
  readonly verification: Verification | undefined
}

/**
 * Runs the due probes of a domain whose head is known, or was known when the quorum was lost; everything that does not depend
 * on another answer at once.
 */
export async function observeDomain(
  look: Look,
  { target, state, safe }: { target: Target; state: DomainState | undefined; safe: DomainState | undefined },
): Promise<Sight> {
  const { domain, memory, context, verify, tools, due } = look
  const call = { signal: context.signal, timeoutMs: context.timeoutMs }
  const found: Observation[] = []
  const note = (observation: Observation): Observation => {
    memory.add([observation])
    found.push(observation)
    return observation
  }
  const older = state && new OlderReleases(state, { domain, tools, verify, safe, call })

  const replicas = domain.replicas.map(async (entry) => {
    const probe = probeName('replica', entry.replica.name)
    if (!due(probe)) return undefined
    return note(
      forgiveSpare(
        entry.spare,
        await observeReplica(entry.replica, target.root, { ...context, ...proving(look, probe) }),
      ),
    )
  })
  const othersAnswered = (name: string) => async () =>
    state !== undefined ||
    (await Promise.all(replicas)).some((seen) => seen?.status === 'good' && seen.probe !== probeName('replica', name))
  const nodes = domain.replicas
    .filter(({ tier, replica }) => tier === 1 && due(probeName('node', replica.name)))
    .map(async ({ replica }) => {
      note(await observeNode(replica, target.root, { ...context, othersAnswered: othersAnswered(replica.name) }))
    })
  const verification = state === undefined ? undefined : await verify({ state, ...target }, call)
  if (verification !== undefined && due(probeName('release'))) {
    note(
      await observeRelease(verification, {
        ...context,
        olderIsFound: async () => (await older?.anyIsFound()) ?? false,
      }),
    )
  }
  await Promise.all([...replicas, ...nodes])
  if (due(probeName('content')) || found.some(({ probe }) => probe.startsWith('replica:'))) {
    const { need, minFailureDomains } = domain
    note(
      observeContent(replicaFacts(domain, memory, look.settings, context.clock.now()), {
        ...context,
        need,
        minFailureDomains,
      }),
    )
  }
  const pages = await observePages(look, { verification, older })
  for (const observation of pages) note(observation)

  const candidates = await assess(look, { target, state, verification, older })
  if (due(probeName('dns')))
    for (const observation of await observeNames(look, { target, state, candidates })) note(observation)
  return { observations: found, candidates, verification }
}

/** Reads blocks back when that is due, after an action, or when anything but a proven copy was seen last. */
function proving({ memory, settings, tools, context }: Look, probe: string) {
  const now = context.clock.now()
  const since = Math.max(memory.live?.since ?? 0, now - settings.maxAgeMs)
  const proven = memory.known(probe, since)?.status === 'good'
  const provenAt = memory.provenAt.get(probe) ?? Number.NEGATIVE_INFINITY
  const fresh = proven && provenAt >= Math.max(since, memory.actedAt ?? 0) && now - provenAt < settings.proveEveryMs
  return { prove: fresh ? undefined : tools.prove, proven }
}

/** An empty spare is what a spare is. */
function forgiveSpare(spare: boolean | undefined, observation: Observation): Observation {
  return spare === true && observation.status === 'bad' ? { ...observation, status: 'unknown' } : observation
}

async function observePages(
  look: Look,
  { verification, older }: { verification: Verification | undefined; older: OlderReleases | undefined },
): Promise<Observation[]> {
  const { domain, context, due, tools } = look
  const files = verification?.kind === 'verified' ? verification.files : undefined
  const served = servedPaths(domain).filter((path) => files !== undefined && due(probeName('served', path)))
  const checked = [...new Set(domain.checks.map(({ path }) => path))].filter((path) => due(probeName('check', path)))
  const observations = [...new Set([...served, ...checked])].map(async (path) => {
    const page = await readPage(new URL(path, domain.url).href, { context, tools })
    const seen: Observation[] = []
    if (files !== undefined && served.includes(path)) {
      const signedElsewhere = async (sha256: string) => older?.whose(sha256)
      seen.push(
        await observeServed({ path, served: page, files }, { ...context, signedElsewhere, settling: isSettling(look) }),
      )
    }
    if (checked.includes(path)) {
      const checks = domain.checks.filter((check) => check.path === path)
      const failing =
        'answer' in page ? checks.find((check) => failedCheck(check, page.answer) !== undefined) : undefined
      const check = failing ?? checks[0]!
      const predecessor = async () => older?.passes(check)
      seen.push(await observeCheck({ check, served: page, files }, { ...context, predecessor }))
    }
    return seen
  })
  return (await Promise.all(observations)).flat()
}

async function readPage(url: string, { context, tools }: Pick<Look, 'context' | 'tools'>): Promise<Served> {
  const { signal, timeoutMs } = context
  try {
    return { answer: await getPage(url, { signal, timeoutMs, fetch: tools.fetch }) }
  } catch (error) {
    signal.throwIfAborted()
    return { error }
  }
}

/** The live release first; the older ones only when it is in doubt. */
async function assess(
  { domain, memory, context, settings }: Look,
  {
    target,
    state,
    verification,
    older,
  }: {
    target: Target
    state: DomainState | undefined
    verification: Verification | undefined
    older: OlderReleases | undefined
  },
): Promise<Candidate[]> {
  if (state === undefined) return []
  const since = Math.max(memory.live?.since ?? 0, context.clock.now() - settings.maxAgeMs)
  const open = memory.findings.conditions
  const missing = open.some(({ type }) => type === 'ReleaseUnverifiable')
  const verified =
    verification === undefined
      ? 'unknown'
      : verification.kind === 'missing' && !missing
        ? 'unknown'
        : answerOf(verification)
  const live: Candidate = {
    release: target.release,
    root: `${target.root}`,
    stable: state.head.stable,
    verified,
    proven: answered(memory.known(probeName('content'), since)),
    checks: combined(domain.checks.map(({ path }) => answered(memory.known(probeName('check', path), since)))),
  }
  const doubt = open.some(({ type }) => type === 'ReleaseBad' || type === 'ReleaseUnverifiable')
  const sound = live.stable && live.verified !== 'no' && live.proven !== 'no' && live.checks !== 'no' && !doubt
  return [live, ...(sound || older === undefined ? [] : await older.candidates())]
}

function answered(observation: Observation | undefined): Answer {
  return observation === undefined ? 'unknown' : observation.status === 'good' ? 'yes' : 'no'
}

function combined(answers: readonly Answer[]): Answer {
  if (answers.includes('no')) return 'no'
  return answers.includes('unknown') ? 'unknown' : 'yes'
}

async function observeNames(
  look: Look,
  { target, state, candidates }: { target: Target; state: DomainState | undefined; candidates: readonly Candidate[] },
): Promise<Observation[]> {
  const { domain, context } = look
  const live = candidates[0]
  const wanted = wantedRelease(candidates)
  const right = new Set(wanted === undefined ? [] : [wanted.root])
  // Too few copies of the live release are repaired where they lie; that alone moves no reader.
  if (live === undefined || (live.stable && live.verified !== 'no')) right.add(`${target.root}`)
  const lawful = isSettling(look)
    ? (state?.releases ?? []).filter(({ stable }) => stable).map(({ ipfsHash }) => `${rootFromHash(ipfsHash)}`)
    : []
  const { driver, resolvers } = domain.dns
  const authoritative = observeDns(driver, domain.name, { ...context, right: [...right], lawful })
  const others = resolvers.map(async (resolver) => {
    const probe = `resolver:${resolver.name}`
    try {
      const link = await readDnsLink(resolver, domain.name, context)
      const value = link.kind === 'link' ? normalCid(link.cid) : link.kind
      const match = right.has(value)
      return observed(context, probe, {
        status: match ? 'good' : 'bad',
        value,
        evidence: `${resolver.name} says ${value}.`,
      })
    } catch (error) {
      context.signal.throwIfAborted()
      return observed(context, probe, {
        status: 'unknown',
        value: '?',
        evidence: error instanceof Error ? error.message : String(error),
      })
    }
  })
  return Promise.all([authoritative, ...others])
}

/** How long a publish may take from the chain to DNS, in milliseconds. */
const PUBLISH_SETTLE_MS = 600_000

/** The live release changed just now: names and servers may still show another one. */
function isSettling({ memory, context, settings, publishing }: Look): boolean {
  const sinceMs = context.clock.now() - (memory.live?.since ?? 0)
  if (publishing) return sinceMs < PUBLISH_SETTLE_MS
  return memory.live?.witnessed === true && sinceMs < settings.dnsSettleMs
}

/** The release a chain value names: `44 bafy…`; `undefined` for none. */
export function targetOf(value: string | undefined): Target | undefined {
  const [, release, root] = /^(\d+) (\S+)$/.exec(value ?? '') ?? []
  return release === undefined || root === undefined ? undefined : { release: Number(release), root: CID.parse(root) }
}

import type { DomainState, Observation } from '@domainsync/core'
import { CID } from 'multiformats/cid'
import { observeContent } from '../observe/observe-content.ts'
import { observeNode } from '../observe/observe-node.ts'
import { observeRelease } from '../observe/observe-release.ts'
import { observeReplica } from '../observe/observe-replica.ts'
import { probeName } from '../observe/probe-name.ts'
import type { Answer, Candidate } from '../plan/plan-state.ts'
import { answerOf, OlderReleases } from './candidates.ts'
import { isSettling, type Known, type Look, type Target } from './look.ts'
import { observeNames } from './observe-names.ts'
import { observePages } from './observe-pages.ts'
import { replicaFacts } from './replica-facts.ts'

/** What a look found besides the observations, which went to the memory. */
export interface Sight {
  readonly observations: readonly Observation[]
  readonly candidates: readonly Candidate[]
  /** The live release changed just now: names and servers may still show the one before. */
  readonly settling: boolean
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
  const pages = await observePages(look, { target, state, verification, older })
  for (const observation of pages) note(observation)

  const candidates = await assess(look, { target, state, verification, older })
  if (due(probeName('dns')))
    for (const observation of await observeNames(look, { target, state, candidates })) note(observation)
  return { observations: found, candidates, settling: isSettling(look) }
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

/** The live release first; the older ones only when it is in doubt. */
async function assess(
  { domain, memory, context, settings }: Look,
  { target, state, verification, older }: Known,
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

/** The release a chain value names: `44 bafy…`; `undefined` for none. */
export function targetOf(value: string | undefined): Target | undefined {
  const [, release, root] = /^(\d+) (\S+)$/.exec(value ?? '') ?? []
  return release === undefined || root === undefined ? undefined : { release: Number(release), root: CID.parse(root) }
}

import { type Observation, rootFromHash } from '@domainsync/core'
import { readDnsLink } from '@domainsync/dns'
import { observed } from '../observe/observe-context.ts'
import { normalCid, observeDns } from '../observe/observe-dns.ts'
import type { Candidate } from '../plan/plan-state.ts'
import { wantedRelease } from '../plan/wanted-release.ts'
import { isSettling, type Known, type Look } from './look.ts'
import { lookForUpdate } from './look-for-update.ts'

/** The authoritative record, and what each resolver says. */
export async function observeNames(
  look: Look,
  { target, state, candidates }: Pick<Known, 'target' | 'state'> & { candidates: readonly Candidate[] },
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
  const { update, seen } = lookForUpdate(look, state)
  const authoritative = observeDns(driver, domain.name, { ...context, right: [...right], lawful, update })
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
  return [...(await Promise.all([authoritative, ...others])), ...seen]
}

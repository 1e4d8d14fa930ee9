import type { Address, DomainState } from '@domainsync/core'
import type { AgentPorts } from './agent-ports.ts'

/** Whose key the agent signs with, as far as it is known. */
export type AgentKey = Address | 'hidden'

/** Something about a domain that no probe finds and no repair mends; a person should know it. */
export interface Warning {
  readonly code: 'KEY_SHARED' | 'NOT_HEALER'
  readonly message: string
}

/** Why the agent can write nothing on chain for a domain; `undefined` when it can. */
export function whyReadOnly(
  { transactor, healer }: Pick<AgentPorts, 'transactor' | 'healer'>,
  state: DomainState | undefined,
): string | undefined {
  if (transactor === undefined && healer === undefined) return 'no healer key is configured'
  if (healer === undefined || state === undefined || mayHeal(healer, state)) return undefined
  return `the agent's key ${healer} is not the healer of this domain`
}

/** What is wrong with the agent's key: one that may publish voids the promise that the agent never can. */
export function keyWarnings(key: AgentKey | undefined, state: DomainState | undefined): Warning[] {
  if (state === undefined) return []
  const { publisher, healer, nextTrust, domain } = state
  const used = key === undefined || key === 'hidden' ? healer : key
  const roles = [
    ...(used === publisher ? ['publisher'] : []),
    ...(used === nextTrust.owner ? ['owner'] : []),
    ...(used === nextTrust.signer ? ['signer'] : []),
  ]
  const warnings: Warning[] = []
  if (roles.length > 0) {
    const message = `The agent's key ${used} is also the ${roles.join(' and the ')} of ${domain}: who breaks into the agent's host can do more than go back. Make another with "domainsync keys new agent"; the owner sets it with the registry's setRoles.`
    warnings.push({ code: 'KEY_SHARED', message })
  }
  if (used !== healer && !mayHeal(used, state)) {
    const message = `The agent's key ${used} is not the healer of ${domain} (${healer}): it can neither roll back nor keep nor pause. Configure that key as keys.healer, or let the owner set this one with the registry's setRoles.`
    warnings.push({ code: 'NOT_HEALER', message })
  }
  return warnings
}

/** The owner may do what the healer may. */
function mayHeal(key: AgentKey, { healer, nextTrust }: DomainState): boolean {
  return key === 'hidden' || key === healer || key === nextTrust.owner
}

import { trustHash } from '@domainsync/bindings'
import type { Address, Bytes32, CallOptions, DomainState, PendingTrust, RegistryEvent, Trust } from '@domainsync/core'
import { DomainSyncError } from '@domainsync/core'
import type { Network } from '../wiring/network-chain.ts'

/** What is changed: all of it, or what is named. */
export type TrustFields = Pick<Trust, 'owner' | 'guardian' | 'signer' | 'pqKeyHash'>

/** A change that waits, with what was proposed. */
export interface TrustChange extends PendingTrust {
  readonly next: TrustFields
}

/**
 * The change of trust that waits for a domain, as the events tell it and the registry's own hash confirms it.
 *
 * @throws DomainSyncError `TRUST_PROPOSAL_UNKNOWN` when no event fits; ChainError
 */
export async function readTrustChange(
  { domain, block, pendingTrust: pending }: DomainState,
  { network, call }: { network: Network; call: CallOptions },
): Promise<TrustChange | undefined> {
  if (pending === undefined) return undefined
  const range = { from: network.chain.firstBlock ?? 0, to: block.number }
  let next: TrustFields | undefined
  for await (const event of network.chain.events(domain, range, call)) {
    if (event.name === 'TrustProposed') next = proposed(event)
  }
  if (next === undefined || trustHash(next) !== pending.trustHash) {
    throw new DomainSyncError(
      'TRUST_PROPOSAL_UNKNOWN',
      `A change of trust waits for ${domain}, and no event that the RPCs show fits its hash ${pending.trustHash}.`,
      { next: 'try again; a proposal of a moment ago is not in every block yet' },
    )
  }
  return { ...pending, next }
}

function proposed({ args }: RegistryEvent): TrustFields {
  const { owner, guardian, signer, pqKeyHash } = args.next as Record<string, string>
  return {
    owner: owner as Address,
    guardian: guardian as Address,
    signer: signer as Address,
    pqKeyHash: pqKeyHash as Bytes32,
  }
}

/** A line for each field that differs: `signer 0x… → 0x…`. */
export function trustDifferences(now: TrustFields, next: TrustFields): readonly string[] {
  const names = { owner: 'owner', guardian: 'guardian', signer: 'signer', pqKeyHash: 'release key' } as const
  return (Object.keys(names) as (keyof typeof names)[])
    .filter((field) => now[field] !== next[field])
    .map((field) => `${names[field].padEnd(11)} ${now[field]} → ${next[field]}`)
}

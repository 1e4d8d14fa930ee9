import { createHash } from 'node:crypto'
import type { Freeze, Trust } from '@domainsync/core'
import type { RegistryPlace } from '../act/act-context.ts'
import { thawSigner } from './thaw-typed-data.ts'

/** Causes about the zone: only the owner knows whether a change of the name servers was theirs. */
const OWNER_ONLY = new Set(['ZoneChanged'])

/**
 * The freezes with only those approvals that count: by the owner, or by the guardian where the zone is not concerned. Without
 * a quorum the roles are not known, and none counts yet. A freeze with a wrong signature gets a new id: stores keep the first
 * signature of a freeze, and a wrong one must not keep a right one out.
 */
export function checkedFreezes(
  freezes: readonly Freeze[],
  { place, trust }: { place: RegistryPlace; trust: Pick<Trust, 'owner' | 'guardian'> | undefined },
): Freeze[] {
  return freezes.map((freeze) => {
    if (freeze.thawSignature === undefined) return freeze
    if (trust === undefined) return { ...freeze, thawSignature: undefined }
    const signer = thawSigner(place, freeze)
    if (signer === trust.owner || (signer === trust.guardian && !OWNER_ONLY.has(freeze.cause))) return freeze
    const refused = createHash('sha256').update(freeze.thawSignature).digest('hex').slice(0, 8)
    return { ...freeze, id: `${freeze.id}/${refused}`, thawSignature: undefined }
  })
}

import type { Freeze, Trust } from '@domainsync/core'
import type { RegistryPlace } from '../act/act-context.ts'
import { thawSigner } from './thaw-typed-data.ts'

/** Causes about the zone: only the owner knows whether a change of the name servers was theirs. */
const OWNER_ONLY = new Set(['ZoneChanged'])

/** The freezes with only those approvals that count: by the owner, or by the guardian where the zone is not concerned. */
export function checkedFreezes(
  freezes: readonly Freeze[],
  { place, trust }: { place: RegistryPlace; trust: Pick<Trust, 'owner' | 'guardian'> },
): Freeze[] {
  return freezes.map((freeze) => {
    const signer = thawSigner(place, freeze)
    const allowed = signer === trust.owner || (signer === trust.guardian && !OWNER_ONLY.has(freeze.cause))
    return signer !== undefined && allowed ? freeze : { ...freeze, thawSignature: undefined }
  })
}

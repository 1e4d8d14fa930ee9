import {
  type RegistryLocation,
  registryTypedDataDomain,
  type SignedTrust,
  signedTrust,
  type TypedData,
  trustFields,
} from './typed-data.ts'

/** What `startReclaim` needs to be attested. */
export interface Reclaim {
  readonly name: string
  readonly next: SignedTrust
  /** The registry's `reclaims(domain)` now; each attestation is good for one reclaim. */
  readonly nonce: number | bigint
  /** Seconds since 1970. */
  readonly deadline: number | bigint
}

/** What a registrar signs to start the reclaim of a name with lost keys. */
export function reclaimTypedData({
  name,
  next,
  nonce,
  deadline,
  ...location
}: RegistryLocation & Reclaim): TypedData<Reclaim> {
  return {
    domain: registryTypedDataDomain(location),
    types: {
      Reclaim: [
        { name: 'name', type: 'string' },
        { name: 'next', type: 'Trust' },
        { name: 'nonce', type: 'uint32' },
        { name: 'deadline', type: 'uint256' },
      ],
      Trust: trustFields(),
    },
    primaryType: 'Reclaim',
    message: { name, next: signedTrust(next), nonce, deadline },
  }
}

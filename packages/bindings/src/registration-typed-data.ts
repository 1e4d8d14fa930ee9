import {
  type RegistryLocation,
  registryTypedDataDomain,
  type SignedTrust,
  signedTrust,
  type TypedData,
  trustFields,
} from './typed-data.ts'

/** Every argument of `register` but the attestations themselves. */
export interface Registration {
  /** Lower-case A-labels, as the contract validates them. */
  readonly name: string
  readonly trust: SignedTrust
  readonly publisher: string
  readonly healer: string
  /** Seconds since 1970; the last block time at which the attestation is good. */
  readonly deadline: number | bigint
}

/** What a registrar signs to attest that a name belongs to an owner. */
export function registrationTypedData({
  name,
  trust,
  publisher,
  healer,
  deadline,
  ...location
}: RegistryLocation & Registration): TypedData<Registration> {
  return {
    domain: registryTypedDataDomain(location),
    types: {
      Registration: [
        { name: 'name', type: 'string' },
        { name: 'trust', type: 'Trust' },
        { name: 'publisher', type: 'address' },
        { name: 'healer', type: 'address' },
        { name: 'deadline', type: 'uint256' },
      ],
      Trust: trustFields(),
    },
    primaryType: 'Registration',
    message: { name, trust: signedTrust(trust), publisher, healer, deadline },
  }
}

import { type RegistryLocation, registryTypedDataDomain, type TypedData } from './typed-data.ts'

/** Every argument of `syncWithSignature` but the signature. */
export interface SignedSync {
  /** The domain id. */
  readonly domain: string
  readonly ipfsHash: string
  /** The domain's `seq` now; it is the nonce. */
  readonly expectedSeq: number | bigint
  /** Seconds since 1970. */
  readonly deadline: number | bigint
}

/** What a publisher signs so that anyone may send its `syncWithSignature`. */
export function syncTypedData({
  domain,
  ipfsHash,
  expectedSeq,
  deadline,
  ...location
}: RegistryLocation & SignedSync): TypedData<SignedSync> {
  return {
    domain: registryTypedDataDomain(location),
    types: {
      Sync: [
        { name: 'domain', type: 'address' },
        { name: 'ipfsHash', type: 'bytes32' },
        { name: 'expectedSeq', type: 'uint32' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Sync',
    message: { domain, ipfsHash, expectedSeq, deadline },
  }
}

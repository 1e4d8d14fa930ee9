import { TypedDataEncoder } from 'ethers'

/** Where an EIP-712 signature is good: one registry on one chain. */
export interface RegistryLocation {
  readonly chainId: number | bigint
  /** The registry's address. */
  readonly registry: string
}

/** A trust epoch as it is signed: without `fromRelease`, which the contract sets. */
export interface SignedTrust {
  readonly owner: string
  readonly guardian: string
  readonly signer: string
  /** SHA-256 of the 2,614-byte SubjectPublicKeyInfo of the ML-DSA-87 key. */
  readonly pqKeyHash: string
}

/** One field of an EIP-712 struct. */
export interface TypedDataField {
  name: string
  type: string
}

/**
 * EIP-712 typed data, in the parts that `signTypedData(domain, types, message)` of ethers takes (viem takes the whole object).
 */
export interface TypedData<Message> {
  readonly domain: {
    readonly name: 'DomainSync'
    readonly version: '1'
    readonly chainId: number | bigint
    readonly verifyingContract: string
  }
  readonly types: Record<string, TypedDataField[]>
  readonly primaryType: string
  readonly message: Message
}

/** The EIP-712 domain of a registry. */
export function registryTypedDataDomain({ chainId, registry }: RegistryLocation): TypedData<unknown>['domain'] {
  return { name: 'DomainSync', version: '1', chainId, verifyingContract: registry }
}

/** EIP-712 type of {@link SignedTrust}; a fresh array, since signers may write to what they are given. */
export function trustFields(): TypedDataField[] {
  return [
    { name: 'owner', type: 'address' },
    { name: 'guardian', type: 'address' },
    { name: 'signer', type: 'address' },
    { name: 'pqKeyHash', type: 'bytes32' },
  ]
}

/** Drops what is not signed (`fromRelease`), so that a trust read from the chain can be signed as it is. */
export function signedTrust({ owner, guardian, signer, pqKeyHash }: SignedTrust): SignedTrust {
  return { owner, guardian, signer, pqKeyHash }
}

/** EIP-712 struct hash of a trust, `0x` and 64 hex digits: what the registry's `pendingTrust` shows of it. */
export function trustHash(trust: SignedTrust): `0x${string}` {
  return TypedDataEncoder.hashStruct('Trust', { Trust: trustFields() }, signedTrust(trust)) as `0x${string}`
}

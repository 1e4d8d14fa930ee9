import { registryTypedDataDomain, type TypedData } from '@domainsync/bindings'
import type { Address, Freeze } from '@domainsync/core'
import { verifyTypedData } from 'ethers'
import type { RegistryPlace } from '../act/act-context.ts'

/** What a person signs to let pointers move again after a freeze: this one, of this evidence, and no other. */
export interface Thaw {
  readonly domain: string
  readonly freeze: string
  /** SHA-256 of what was seen, `0x` and 64 hex digits. */
  readonly evidenceDigest: string
}

/** EIP-712 typed data of an approval. */
export function thawTypedData({ chainId, registry }: RegistryPlace, freeze: Freeze): TypedData<Thaw> {
  const { domain, id, evidenceDigest } = freeze
  return {
    domain: registryTypedDataDomain({ chainId, registry }),
    types: {
      Thaw: [
        { name: 'domain', type: 'string' },
        { name: 'freeze', type: 'string' },
        { name: 'evidenceDigest', type: 'bytes32' },
      ],
    },
    primaryType: 'Thaw',
    message: { domain, freeze: id, evidenceDigest },
  }
}

/**
 * Who approved a freeze; `undefined` when nobody did, or the signature is none.
 *
 * Warning: signatures of contracts (ERC-1271) are not looked up; an owner that is one approves by its guardian.
 */
export function thawSigner(place: RegistryPlace, freeze: Freeze): Address | undefined {
  if (freeze.thawSignature === undefined) return undefined
  const { domain, types, message } = thawTypedData(place, freeze)
  try {
    return verifyTypedData(domain, types, message, freeze.thawSignature).toLowerCase() as Address
  } catch {
    return undefined
  }
}

import type { Reclaim, Registration, TypedData } from '@domainsync/bindings'
import type { Address } from '@domainsync/core'
import { verifyTypedData } from 'ethers'
import type { Registrars } from './read-registrars.ts'

/** What registrars sign. */
export type AttestedTypedData = TypedData<Registration> | TypedData<Reclaim>

export interface ExplainOptions {
  /** What should have been signed: name, roles, deadline, chain and registry. */
  readonly typed: AttestedTypedData
  /** Who should have signed, where that is known, in the order of the signatures. */
  readonly expected?: readonly Address[]
}

/** Who signed each attestation of exactly these arguments; `undefined` for what is no signature. */
export function attestersOf(
  attestations: readonly string[],
  { domain, types, message }: AttestedTypedData,
): (Address | undefined)[] {
  return attestations.map((attestation) => {
    try {
      return verifyTypedData(domain, types, message, attestation).toLowerCase() as Address
    } catch {
      return undefined
    }
  })
}

/**
 * Why a registry would refuse these attestations (`BAD_ATTESTATION`), a sentence each; empty when it takes them. A signature over
 * anything else (name, roles, deadline, chain, registry) recovers to an address that nobody has.
 */
export function explainAttestations(
  attestations: readonly string[],
  { required, known }: Registrars,
  { typed, expected = [] }: ExplainOptions,
): string[] {
  const { chainId, verifyingContract } = typed.domain
  const faults: string[] = []
  let last: Address | undefined
  for (const [index, signer] of attestersOf(attestations, typed).entries()) {
    const which = `Signature ${index + 1}`
    if (signer === undefined) faults.push(`${which} is no signature.`)
    else if (expected[index] !== undefined && signer !== expected[index])
      faults.push(
        `${which} is not by ${expected[index]}: it is for other arguments, another chain or another registry.`,
      )
    else if (!known.includes(signer))
      faults.push(`${which} is by ${signer}, who is no registrar of ${verifyingContract} on chain ${chainId}.`)
    else if (last !== undefined && signer <= last)
      faults.push(`${which} is by ${signer}, who does not come after ${last}: signers ascend, each once.`)
    else last = signer
  }
  const missing = `${required} registrars must sign, and ${attestations.length} did.`
  return attestations.length < required ? [...faults, missing] : faults
}

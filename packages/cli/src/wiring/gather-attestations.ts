import { type Address, type CallOptions, DomainSyncError } from '@domainsync/core'
import { type AttestedTypedData, attestersOf, explainAttestations, readRegistrars } from '@domainsync/sdk'
import type { Wallet } from 'ethers'
import type { Network } from './network-chain.ts'

export interface GatherOptions extends CallOptions {
  readonly network: Network
  /** Signs here, when it has not yet. */
  readonly registrar: Wallet | undefined
  /** What others signed, in any order. */
  readonly given: readonly string[]
}

/**
 * The attestations as the registry takes them: each registrar once, signers ascending.
 *
 * @throws DomainSyncError `BAD_ATTESTATION` with what the registry would refuse; ChainError
 */
export async function gatherAttestations(
  typed: AttestedTypedData,
  { network, registrar, given, ...call }: GatherOptions,
): Promise<readonly string[]> {
  const own = registrar && (await registrar.signTypedData(typed.domain, typed.types, typed.message))
  const all = own === undefined ? given : [...given, own]
  const bySigner = new Map(attestersOf(all, typed).map((signer, index) => [signer ?? `${index}`, all[index]!]))
  const attestations = [...bySigner].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, attestation]) => attestation)
  const signers = [...bySigner.keys()].filter((signer) => signer.startsWith('0x')) as Address[]
  const registrars = await readRegistrars(signers, { ...network, ...call })
  const faults = explainAttestations(attestations, registrars, { typed })
  if (faults.length === 0) return attestations
  throw new DomainSyncError('BAD_ATTESTATION', `The registry would refuse the attestation. ${faults.join(' ')}`, {
    state: 'Nothing was sent.',
    next: 'set keys.registrar to a key that the registry was deployed with (hardhat deploy --registrars); others run: domainsync attest',
    retryable: false,
  })
}

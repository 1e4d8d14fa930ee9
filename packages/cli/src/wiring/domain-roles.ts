import type { Address, Bytes32 } from '@domainsync/core'
import type { LoadedConfig } from '../config/load-config.ts'
import { readAddress, readPqKeyHash } from '../config/public-id.ts'

/** Who will hold which part of the domain. */
export interface DomainRoles {
  readonly owner: Address
  readonly guardian: Address
  readonly signer: Address
  readonly pqKeyHash: Bytes32
  readonly publisher: Address
  readonly healer: Address
}

/** The public ids of a configuration's keys, as they go on chain. Without a guardian the owner is it. */
export async function domainRoles(config: LoadedConfig): Promise<DomainRoles> {
  const [owner, signer, publisher, healer, pqKeyHash] = await Promise.all([
    readAddress('owner', config),
    readAddress('signer', config),
    readAddress('publisher', config),
    readAddress('healer', config),
    readPqKeyHash(config),
  ])
  const guardian = config.values.keys.guardian ? await readAddress('guardian', config) : owner
  return { owner, guardian, signer, publisher, healer, pqKeyHash }
}

import { type Address, DomainSyncError } from '@domainsync/core'
import { getAddress } from 'ethers'

/** An address as a person writes it: mixed case must be its checksum (EIP-55). @throws DomainSyncError `ADDRESS_INVALID` */
export function parseAddress(text: string, place: string): Address {
  try {
    return getAddress(text).toLowerCase() as Address
  } catch {
    throw new DomainSyncError(
      'ADDRESS_INVALID',
      `${place}: "${text}" is no address: 0x and 40 hex digits, or its checksum is wrong.`,
      {
        state: 'Nothing was sent.',
        retryable: false,
      },
    )
  }
}

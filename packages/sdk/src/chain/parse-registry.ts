import type { Address } from '@domainsync/core'
import { ChainError } from '../rpc/rpc-error.ts'

/** The registry's address, lower-case. @throws ChainError `REGISTRY_INVALID` */
export function parseRegistry(text: string): Address {
  const address = text.toLowerCase()
  if (/^0x[0-9a-f]{40}$/.test(address)) return address as Address
  throw new ChainError('REGISTRY_INVALID', `"${text}" is no address; a registry is 0x and 40 hex digits.`, {
    retryable: false,
  })
}

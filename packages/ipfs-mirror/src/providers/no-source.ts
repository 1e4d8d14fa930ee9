import type { BlockSource } from '@domainsync/core'
import { ReplicaError } from './replica-error.ts'

/** Stands for a provider that nothing can be read back from, because the configuration does not say where. */
export function noSource(name: string): BlockSource {
  return {
    name,
    async get() {
      throw new ReplicaError(
        'SOURCE_MISSING',
        `Nothing can be read back from ${name}, so its copies do not count; set its gatewayUrl.`,
        { retryable: false },
      )
    },
  }
}

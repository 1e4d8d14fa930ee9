import type { BlockSource } from '@domainsync/core'
import { ReplicaError } from './replica-error.ts'

/** Stands for a provider that nothing can be read back from, because the configuration does not say where: evidence `claimed`. */
export function noSource(name: string, setting: string): BlockSource {
  return {
    name,
    async get() {
      throw new ReplicaError(
        'SOURCE_MISSING',
        `Nothing can be read back from ${name}, so its copies do not count; set its ${setting}.`,
        { retryable: false },
      )
    },
  }
}

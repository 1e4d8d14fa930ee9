import type { BlockSource } from '@domainsync/core'

/** Each block from the first that has it sound. */
export function firstOf(sources: readonly BlockSource[]): BlockSource {
  return {
    name: sources.map(({ name }) => name).join(', '),
    async get(cid, call) {
      let failure: unknown
      for (const source of sources) {
        try {
          const bytes = await source.get(cid, call)
          if (bytes !== undefined) return bytes
        } catch (error) {
          call?.signal?.throwIfAborted()
          failure = error
        }
      }
      if (failure !== undefined) throw failure
      return undefined
    },
  }
}

import type { DomainState } from '@domainsync/core'
import { describe, expect, it } from 'vitest'
import { requireFence } from './fence.ts'

const state = { domain: 'example.com', head: { seq: 7 } } as unknown as DomainState

describe('requireFence', () => {
  it('lets the publish go on that was planned for the domain as it is', () => {
    expect(() => requireFence(state, { expectedSeq: 7 })).not.toThrow()
  })

  it('refuses one that was overtaken, for good, with the command that plans anew', () => {
    expect(() => requireFence(state, { expectedSeq: 6 })).toThrow(
      expect.objectContaining({ code: 'STALE_SEQ', retryable: false, next: 'domainsync publish example.com' }),
    )
  })
})

import { measurePropagation } from '@domainsync/dns'
import type { StepDefinition, SwapReceipt } from '@domainsync/journal'
import type { PublishContext } from '../publish-context.ts'

/** What this step leaves: how long each resolver took, counted from when this step began. */
export interface PropagationReceipt {
  readonly resolvers: readonly ResolverLag[]
}

export interface ResolverLag {
  readonly resolver: string
  /** Absent: not within the time allowed. */
  readonly afterMs?: number
  readonly last?: string
}

/** How long resolvers may take, beyond the TTL of the old answer. */
const GRACE_MS = 60_000

/** How long the zone's own server may keep silent about the TTL, in milliseconds. */
const TTL_TIMEOUT_MS = 10_000

/** Watches the resolvers until each answers the new release. One that does not is named; that is no failure. */
export const propagationStep: StepDefinition<PublishContext> = {
  key: 'propagation',

  intent: async ({ receipts }) => ({ root: (receipts.swap as unknown as SwapReceipt).root }),

  async effect() {},

  async observe({ context, receipts, clock, signal }) {
    const { domain } = context
    const { ttlSeconds } = await domain.dns.read(domain.name, { signal })
    const { resolvers } = await measurePropagation({
      domain: domain.name,
      cid: (receipts.swap as unknown as SwapReceipt).root,
      authoritative: [],
      resolvers: domain.resolvers,
      clock,
      deadlineMs: ttlSeconds * 1_000 + GRACE_MS,
      signal,
    })
    return {
      resolvers: resolvers.map((point) =>
        point.kind === 'seen'
          ? { resolver: point.resolver, afterMs: Math.round(point.afterMs) }
          : { resolver: point.resolver, last: point.last },
      ),
    }
  },

  observeTimeoutMs: TTL_TIMEOUT_MS,
}

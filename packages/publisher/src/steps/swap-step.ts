import { type CallOptions, type Head, rootFromHash } from '@domainsync/core'
import type { StepDefinition } from '@domainsync/journal'
import type { PublishContext } from '../publish-context.ts'
import { PublishError } from '../publish-error.ts'
import { readState } from '../read-state.ts'

/** What this step leaves: what DNS names now. */
export interface SwapReceipt {
  readonly root: string
  /** Somebody moved the head meanwhile (a rollback): DNS names that release and not ours. */
  readonly superseded: boolean
}

/**
 * Points DNS to what the registry says is live, reread just before. When somebody rolled back meanwhile that is not our
 * release, and DNS gets the other one.
 */
export const swapStep: StepDefinition<PublishContext> = {
  key: 'swap',

  intent: async ({ operation }) => ({ root: operation.root! }),

  async effect({ context, signal }) {
    const { domain } = context
    const next = await liveRoot(context, { signal })
    const { cid } = await domain.dns.read(domain.name, { signal })
    const result = await domain.dns.swap(domain.name, { expected: cid, next }, { signal })
    if (result.kind === 'swapped') return
    throw new PublishError('DNS_CONFLICT', `DNS of ${domain.name} was changed by somebody else just now.`, {
      state: 'The release is on chain; DNS was left alone.',
      next: `domainsync status ${domain.name}`,
      retryable: true,
    })
  },

  async observe({ context, operation, signal }) {
    const { domain } = context
    const root = await liveRoot(context, { signal })
    const { cid } = await domain.dns.read(domain.name, { signal })
    return cid === root ? { root, superseded: root !== operation.root } : undefined
  },
}

async function liveRoot({ domain, ports }: PublishContext, options: CallOptions): Promise<string> {
  const { head } = await readState(ports.chain, domain.name, options)
  if (!head.stable) throw quarantinedMeanwhile(domain.name, head)
  return rootFromHash(head.ipfsHash).toString()
}

function quarantinedMeanwhile(domain: string, { live }: Head): PublishError {
  return new PublishError('CONTENT_QUARANTINED', `Release ${live} of ${domain}, which is live, was quarantined.`, {
    state: 'DNS was left alone.',
    next: `domainsync rollback ${domain}`,
  })
}

import { type CallOptions, rootFromHash } from '@domainsync/core'
import { JournalError } from '../journal-error.ts'
import type { StepDefinition } from '../step-definition.ts'
import { pointDns, readPointer } from './point-dns.ts'
import type { PlaceOf, PointerPlace } from './pointer-place.ts'

/** What this step leaves: what DNS names now. */
export interface SwapReceipt {
  readonly root: string
  /** Somebody moved the head meanwhile (a rollback): DNS names that release and not the operation's. */
  readonly superseded: boolean
}

export type SwapStepOptions<Context> = Pick<StepDefinition<Context>, 'observeTimeoutMs' | 'observeEveryMs'> & {
  readonly place: PlaceOf<Context>
}

/**
 * DNS follows the chain: to the release that is live now, reread just before, when that is stable. That need not be the
 * operation's: somebody may have gone back meanwhile.
 *
 * Fails with `LIVE_QUARANTINED`, `DNS_CONFLICT`, and what the driver throws.
 */
export function swapStep<Context>({ place, ...timing }: SwapStepOptions<Context>): StepDefinition<Context> {
  return {
    key: 'swap',

    intent: async ({ operation }) => ({ root: operation.root ?? '' }),

    async effect({ context, signal }) {
      const at = place(context)
      await at.holdLease?.()
      await pointDns(at, { next: await liveRoot(at, { signal }), signal })
    },

    async observe({ context, operation, signal }) {
      const at = place(context)
      const root = await liveRoot(at, { signal })
      const receipt: SwapReceipt = { root, superseded: root !== operation.root }
      return (await readPointer(at, { signal })) === root ? { ...receipt } : undefined
    },

    ...timing,
  }
}

async function liveRoot({ chain, name }: PointerPlace, call: CallOptions): Promise<string> {
  const state = await chain.domain(name, await chain.block('latest', call), call)
  if (state?.head.stable === true) return `${rootFromHash(state.head.ipfsHash)}`
  const why =
    state === undefined ? 'it is not in the registry' : `release ${state.head.live}, which is live, is quarantined`
  throw new JournalError('LIVE_QUARANTINED', `${name} has no release that readers may get: ${why}.`, {
    state: 'DNS was left alone.',
    next: `domainsync rollback ${name}`,
    retryable: false,
  })
}

import type { JsonValue, Operation } from '@domainsync/core'
import type { SwapReceipt, TransactionStepReceipt } from '@domainsync/journal'
import { releaseOfOperation } from './release-receipt.ts'
import type { CarReceipt } from './steps/car-step.ts'
import type { PropagationReceipt } from './steps/propagation-step.ts'
import type { ProveReceipt } from './steps/prove-step.ts'
import type { ProvenProvider } from './steps/proven-provider.ts'
import type { ReplicateReceipt } from './steps/replicate-step.ts'
import { UNCOUNTED } from './uncounted.ts'

/** A part that did not work; the release is live all the same, and the agent tries it again. */
export interface Incomplete {
  /** A provider or a resolver. */
  readonly provider: string
  readonly code: string
  readonly message: string
}

/** A publish that is done. */
export interface PublishResult {
  /** The journal's id of the run. */
  readonly run: string
  readonly domain: string
  readonly release: number
  readonly root: string
  readonly content: string
  readonly carBytes: number
  readonly proof: ProveReceipt
  readonly transaction: TransactionStepReceipt
  /** DNS names another release, because somebody rolled back meanwhile. */
  readonly superseded: boolean
  readonly resolvers: PropagationReceipt['resolvers']
  readonly incomplete: readonly Incomplete[]
}

/** Reads the result off the journal. */
export function resultOf(operation: Operation): PublishResult {
  const receipt = <T>(key: string) => receiptOf(operation, key) as T
  const { uploads } = receipt<ReplicateReceipt>('replicate')
  const proof = receipt<ProveReceipt>('prove')
  const { resolvers } = receipt<PropagationReceipt>('propagation')
  return {
    run: operation.id,
    domain: operation.domain,
    release: releaseOfOperation(operation)!.release,
    root: operation.root!,
    content: operation.content!,
    carBytes: receipt<CarReceipt>('car').sizeBytes,
    proof,
    transaction: receipt<TransactionStepReceipt>('sync'),
    superseded: receipt<SwapReceipt>('swap').superseded,
    resolvers,
    incomplete: [
      ...proof.providers.flatMap((proven) => {
        const { provider, code } = proven
        const upload = uploads.find((other) => other.provider === provider)
        // It took the release: no other run brings more.
        if (code && UNCOUNTED.has(code) && !upload?.code) return []
        return code ? [{ provider, code: upload?.code ?? code, message: upload?.message ?? shortcoming(proven) }] : []
      }),
      ...resolvers.flatMap(({ resolver, afterMs, last }) =>
        afterMs === undefined
          ? [{ provider: resolver, code: 'DNS_NOT_YET', message: `It still answers ${last}.` }]
          : [],
      ),
    ],
  }
}

function shortcoming({ cid, behind, code }: ProvenProvider): string {
  if (code === 'PROXY_UNTESTED') return 'It holds the release but took no other block, so it may be one with another.'
  if (behind) return `What it gives lies with ${behind}: that is one copy.`
  return cid ? `Block ${cid} did not come back true.` : 'It was not shown to hold the release.'
}

function receiptOf({ steps }: Operation, key: string): JsonValue {
  return steps.find((step) => step.key === key)!.receipt!
}

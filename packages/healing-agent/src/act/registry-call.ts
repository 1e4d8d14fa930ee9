import { IDomainSyncRegistry__factory } from '@domainsync/bindings'
import { type Address, LANE_PUBLISHING } from '@domainsync/core'

const registry = IDomainSyncRegistry__factory.createInterface()

/** What the agent ever calls. A healer's calls never add a digest: there is no way here to publish. */
export type HealerCall =
  | { readonly kind: 'rollback'; readonly release: number; readonly expectedSeq: number }
  | { readonly kind: 'keep'; readonly release: number; readonly expectedSeq: number }
  | { readonly kind: 'pausePublishing' }
  | { readonly kind: 'logHealthFailure'; readonly ipfsHash: `0x${string}` }

/** Calldata of a healer's call, by the generated interface. */
export function encodeHealerCall(id: Address, call: HealerCall): `0x${string}` {
  switch (call.kind) {
    case 'rollback':
      return registry.encodeFunctionData('rollback', [id, call.release, call.expectedSeq]) as `0x${string}`
    case 'keep':
      return registry.encodeFunctionData('keep', [id, call.release, call.expectedSeq]) as `0x${string}`
    case 'pausePublishing':
      return registry.encodeFunctionData('pause', [id, LANE_PUBLISHING]) as `0x${string}`
    case 'logHealthFailure':
      return registry.encodeFunctionData('logHealthFailure', [id, call.ipfsHash]) as `0x${string}`
  }
}

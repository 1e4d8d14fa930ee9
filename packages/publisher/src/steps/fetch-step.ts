import { hashFromRoot } from '@domainsync/core'
import { fetchDag } from '@domainsync/ipfs-mirror'
import type { StepDefinition } from '@domainsync/journal'
import { CID } from 'multiformats/cid'
import { requireFence } from '../fence.ts'
import type { PublishContext } from '../publish-context.ts'
import type { ReleaseReceipt } from '../release-receipt.ts'
import { createTransferMeter } from '../transfer-progress.ts'

type FetchIntent = { readonly release: number }

/** Takes a release that was signed elsewhere into the publisher's store, whole. */
export const fetchStep: StepDefinition<PublishContext> = {
  key: 'fetch',

  async intent(run): Promise<FetchIntent> {
    await requireFence(run)
    return { release: run.context.state.head.latest + 1 }
  },

  async effect({ context, operation, signal }) {
    const { blocks, reader } = context.ports
    const root = CID.parse(operation.root!)
    const meter = createTransferMeter({ step: 'fetch', domain: operation.domain }, context.onTransfer)
    const onBlock = ({ bytes }: { bytes: Uint8Array }) => meter.add(bytes.length)
    await fetchDag(root, { source: reader, store: blocks, onBlock, signal })
    await blocks.pin(root)
  },

  async observe({ context, operation }, intent) {
    const root = CID.parse(operation.root!)
    const pinned = context.ports.blocks.pinned().some((other) => other.equals(root))
    const { release } = intent as FetchIntent
    const receipt: ReleaseReceipt = { root: `${root}`, ipfsHash: hashFromRoot(root), release }
    return pinned ? { ...receipt } : undefined
  },
}

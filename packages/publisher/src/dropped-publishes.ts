import type { CallOptions, DomainName, Operation } from '@domainsync/core'
import type { TransactionStepReceipt } from '@domainsync/journal'
import { isOfNetwork } from './publish-operation.ts'
import type { PublisherPorts } from './publisher-ports.ts'
import { readState } from './read-state.ts'

/** A publish that was done longer ago than this is not taken back by a reorganisation, in milliseconds. */
const HORIZON_MS = 86_400_000
/** Publishes that are looked back at. */
const EARLIER = 20
/** A receipt counts as gone when it does not show in so many looks: a node may be late with one. */
const LOOKS = 3
const LOOK_EVERY_MS = 1_000

/**
 * Done publishes of a domain whose transaction is in no block any more, oldest first: a reorganisation dropped it, and nobody put
 * it into another block.
 */
export async function droppedPublishes(
  domain: DomainName,
  ports: PublisherPorts,
  call: CallOptions,
): Promise<Operation[]> {
  const { store, clock, network } = ports
  const recent = await store.operations.operations({ domain, limit: EARLIER })
  const dropped: Operation[] = []
  for (const operation of recent) {
    if (operation.kind !== 'publish' || operation.state !== 'done' || !isOfNetwork(operation, network)) continue
    if (operation.updatedAt < clock.now() - HORIZON_MS) break
    // Each stands on the one before it: when the newest is in a block, the others are.
    if (!(await isDropped(operation, ports, call))) break
    dropped.unshift(operation)
  }
  return dropped
}

async function isDropped(operation: Operation, ports: PublisherPorts, call: CallOptions): Promise<boolean> {
  const receipt = operation.steps.find(({ key }) => key === 'sync')?.receipt as unknown as TransactionStepReceipt
  for (let look = 1; ; look++) {
    if ((await ports.transactor.receipt(receipt.hash, call)) !== undefined) return false
    const { head } = await readState(ports.chain, operation.domain as DomainName, call)
    // The fence only rises: it went back with the chain.
    if (look === LOOKS || head.seq <= operation.expectedSeq) return true
    await ports.clock.sleep(LOOK_EVERY_MS, call.signal)
  }
}

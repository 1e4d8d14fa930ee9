import { type Address, type CallOptions, type DomainName, hashFromRoot, type Operation } from '@domainsync/core'
import { type RegistryCall, registryCall } from '@domainsync/sdk'
import { CID } from 'multiformats/cid'
import type { PublisherPorts } from './publisher-ports.ts'
import { readState } from './read-state.ts'
import { releaseOfOperation } from './release-receipt.ts'
import type { ProveReceipt } from './steps/prove-step.ts'
import { verifyAsReader } from './verify-as-reader.ts'

/** A release that is signed, stored and proven, and that no pointer names yet. */
export interface PreparedRelease {
  /** The journal's id of the run. */
  readonly run: string
  readonly domain: string
  readonly release: number
  readonly root: string
  readonly proof: ProveReceipt
  /** The account that has to send it. */
  readonly publisher: Address
  /** `sync(domain, ipfsHash, expectedSeq)`: good until the domain changes on chain. */
  readonly call: RegistryCall
}

/**
 * Reads it off the journal, and verifies the release as every reader will: nobody is asked to sign one that they would refuse.
 *
 * @throws the reason why readers would refuse it
 */
export async function preparedRelease(
  operation: Operation,
  { ports, ...call }: CallOptions & { ports: PublisherPorts },
): Promise<PreparedRelease> {
  const { id: run, domain, expectedSeq } = operation
  const root = CID.parse(operation.root!)
  const state = await readState(ports.chain, domain as DomainName, call)
  await verifyAsReader({ root, state, source: ports.blocks, ...call }, ports)
  return {
    run,
    domain,
    release: releaseOfOperation(operation)!.release,
    root: `${root}`,
    proof: operation.steps.find(({ key }) => key === 'prove')!.receipt as unknown as ProveReceipt,
    publisher: state.publisher,
    call: registryCall(ports.network.registry, 'sync', [state.id, hashFromRoot(root), expectedSeq]),
  }
}

import type { CallOptions, DomainName } from '@domainsync/core'
import { type SigningFile, signingRequest } from '@domainsync/pq'
import { nextStatement } from './next-statement.ts'
import type { PublishPlan } from './plan-publish.ts'
import type { PublisherPorts } from './publisher-ports.ts'
import { readState } from './read-state.ts'
import { releaseRotations } from './release-rotations.ts'

/** What both keys have to sign before a planned release can be published. @throws ChainError */
export async function requestSigning(
  { domain, content }: PublishPlan,
  { ports, ...call }: CallOptions & { ports: PublisherPorts },
): Promise<SigningFile> {
  const state = await readState(ports.chain, domain as DomainName, call)
  const { pqKeyHash, signer } = state.nextTrust
  const rotations = await releaseRotations(state, { ports, ...call })
  const statement = await nextStatement({ state, content, own: { pqKeyHash, rotations } }, { ports, ...call })
  return signingRequest(statement, { keys: { pqKeyHash, signer }, rotations })
}

import type { CallOptions } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import type { AgentDomain } from '../agent-domain.ts'
import { type CopyCount, countCopies } from '../observe/observe-content.ts'
import type { AgentTools } from './agent-tools.ts'

/** Reads a release back from every replica of the domain by samples, and counts the copies that were shown to be there. */
export async function proveCopies(
  root: CID,
  { domain, tools, ...call }: CallOptions & { domain: AgentDomain; tools: Pick<AgentTools, 'prove'> },
): Promise<CopyCount> {
  const copies = await Promise.all(
    domain.replicas.map(async ({ replica, spare = false }) => {
      const { kind } = await tools.prove(root, replica, { mode: 'sample', ...call })
      const proven = kind === 'proven' && replica.evidence === 'stored'
      const copy = proven ? ('stored' as const) : kind === 'unknown' ? ('unknown' as const) : ('missing' as const)
      return { name: replica.name, failureDomain: replica.failureDomain, copy, spare }
    }),
  )
  return countCopies(copies, domain)
}

import { type CallOptions, type DomainState, type ReleaseStatement, rootFromHash } from '@domainsync/core'
import { type OwnFiles, releaseFiles } from '@domainsync/ipfs-mirror'
import { type ListedFile, listFiles } from '@domainsync/sdk'
import { CID } from 'multiformats/cid'
import type { PublisherPorts } from './publisher-ports.ts'

/** What both keys sign: the site's files, from the publisher's own store, as the domain's next release. */
export async function nextStatement(
  { state, content, own }: { state: DomainState; content: string; own: OwnFiles },
  { ports, ...call }: CallOptions & { ports: Pick<PublisherPorts, 'blocks' | 'clock' | 'network'> },
): Promise<ReleaseStatement> {
  const { domain, head } = state
  const { chainId, registry } = ports.network
  const files: ListedFile[] = []
  for await (const file of listFiles(CID.parse(content), ports.blocks, call)) files.push(file)
  return {
    domain,
    release: head.latest + 1,
    content,
    chainId,
    registry,
    previous: head.live === 0 ? null : rootFromHash(head.ipfsHash).toString(),
    createdAt: new Date(ports.clock.now()).toISOString(),
    files: releaseFiles({ files }, own),
  }
}

import { type CallOptions, type DomainState, isOwnFile, type ReleaseFile, rootFromHash } from '@domainsync/core'
import { contentOfRelease } from '@domainsync/ipfs-mirror'
import { isNoAnswer } from './no-answer.ts'
import { PublishError } from './publish-error.ts'
import type { PublisherPorts } from './publisher-ports.ts'
import { readManifest } from './read-manifest.ts'

/** What readers get now. */
export interface LiveRelease {
  readonly content: string
  /** As its manifest has them, without DomainSync's own. */
  readonly files: readonly ReleaseFile[]
}

/**
 * What is live: its content from its own directories, its list as its manifest has it. Unreadable for good is as good as none.
 *
 * @throws PublishError `LIVE_UNKNOWN` when nobody could be asked for it
 */
export async function liveRelease(
  { domain, head }: DomainState,
  { ports, ...call }: CallOptions & { ports: PublisherPorts },
): Promise<LiveRelease | undefined> {
  if (head.live === 0) return undefined
  const root = rootFromHash(head.ipfsHash)
  try {
    const content = `${await contentOfRelease(root, ports.reader, call)}`
    const files = (await readManifest(root, ports.reader, call))?.files ?? []
    return { content, files: files.filter((file) => !isOwnFile(file)) }
  } catch (cause) {
    call.signal?.throwIfAborted()
    if (!isNoAnswer(cause)) return undefined
    throw new PublishError('LIVE_UNKNOWN', `Release ${head.live} of ${domain}, which is live, cannot be read now.`, {
      cause,
      next: `domainsync status ${domain}`,
      retryable: true,
    })
  }
}

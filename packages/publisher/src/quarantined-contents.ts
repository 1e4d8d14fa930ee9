import { type CallOptions, type DomainName, errorCode } from '@domainsync/core'
import { contentOfRelease } from '@domainsync/ipfs-mirror'
import { readHistory } from '@domainsync/sdk'
import { isNoAnswer } from './no-answer.ts'
import { PublishError } from './publish-error.ts'
import type { PublisherPorts } from './publisher-ports.ts'

/** A condemned release and what it contained. */
export interface QuarantinedContent {
  readonly release: number
  readonly content: string
}

/**
 * The contents that may not be published again: those of every release that is quarantined on chain, whatever their root
 * or signature was. Derived from the events and the roots' own directories, so it needs no memory, and no manifest can
 * condemn files that its release does not hold. A release that every provider answers absent, or that is no directory, does not
 * count.
 *
 * @throws PublishError `QUARANTINE_UNKNOWN` when one could not be asked for
 */
export async function quarantinedContents(
  domain: DomainName,
  { ports, ...call }: CallOptions & { ports: PublisherPorts },
): Promise<QuarantinedContent[]> {
  const { releases } = await readHistory(ports.chain, domain, call)
  const contents: QuarantinedContent[] = []
  for (const { number: release, root } of releases.filter(({ stable }) => !stable)) {
    try {
      contents.push({ release, content: `${await contentOfRelease(root, ports.reader, call)}` })
    } catch (cause) {
      call.signal?.throwIfAborted()
      if (!isNoAnswer(cause)) continue
      throw new PublishError(
        'QUARANTINE_UNKNOWN',
        `Release ${release} of ${domain} is quarantined, and its content cannot be read now (${errorCode(cause)}).`,
        { cause, next: `domainsync publish ${domain}`, retryable: true },
      )
    }
  }
  return contents
}

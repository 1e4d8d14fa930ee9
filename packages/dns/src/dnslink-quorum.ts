import { type CallOptions, type DomainName, errorCode, type Resolver } from '@domainsync/core'
import { type DnsLink, readDnsLink } from './dnslink.ts'

/** What one resolver said: its answer, or why there was none. */
export type DnsLinkVote =
  | { readonly resolver: string; readonly answer: DnsLink }
  | { readonly resolver: string; readonly error: { readonly code: string; readonly message: string } }

/** `unknown`: too few resolvers gave the same answer. Never counted as bad. */
export type DnsLinkQuorum =
  | { readonly kind: 'agreed'; readonly value: DnsLink; readonly votes: readonly DnsLinkVote[] }
  | { readonly kind: 'unknown'; readonly code: 'DNS_NO_QUORUM'; readonly votes: readonly DnsLinkVote[] }

export interface QuorumOptions extends CallOptions {
  /** Equal answers needed; a majority of the resolvers by default. */
  readonly quorum?: number
}

/**
 * Asks all resolvers at once. They agree when `quorum` of them link to the same CID, or all of those have no link, or the
 * same invalid one; the value then has the smallest TTL, and is authoritative only when every one of them is. A tie of two
 * answers that both reach the quorum is `unknown`.
 */
export async function readDnsLinkQuorum(
  resolvers: readonly Resolver[],
  domain: DomainName,
  { quorum = majority(resolvers.length), ...options }: QuorumOptions = {},
): Promise<DnsLinkQuorum> {
  const votes = await Promise.all(resolvers.map((resolver) => vote(resolver, domain, options)))
  const groups = Map.groupBy(
    votes.flatMap((vote) => ('answer' in vote ? [vote.answer] : [])),
    sameAnswerKey,
  )
  const agreed = [...groups.values()].filter((answers) => answers.length >= Math.max(1, quorum))
  const [answers] = agreed
  if (!answers || agreed.length > 1) return { kind: 'unknown', code: 'DNS_NO_QUORUM', votes }
  return { kind: 'agreed', value: answers.reduce(weaker), votes }
}

/** More than half. */
function majority(count: number): number {
  return Math.floor(count / 2) + 1
}

async function vote(resolver: Resolver, domain: DomainName, options: CallOptions): Promise<DnsLinkVote> {
  try {
    return { resolver: resolver.name, answer: await readDnsLink(resolver, domain, options) }
  } catch (error) {
    options.signal?.throwIfAborted()
    const message = error instanceof Error ? error.message : String(error)
    return { resolver: resolver.name, error: { code: errorCode(error), message } }
  }
}

function sameAnswerKey(link: DnsLink): string {
  switch (link.kind) {
    case 'link':
      return `link ${link.cid}`
    case 'none':
      return 'none'
    case 'invalid':
      return `invalid ${JSON.stringify(link.values)}`
  }
}

function weaker(a: DnsLink, b: DnsLink): DnsLink {
  if (a.kind !== 'link' || b.kind !== 'link') return a
  const ttlSeconds = Math.min(a.ttlSeconds, b.ttlSeconds)
  return { ...a, ttlSeconds, authoritative: a.authoritative && b.authoritative }
}

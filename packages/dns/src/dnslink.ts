import type { CallOptions, DnsAnswer, DnsRecord, DomainName, Resolver } from '@domainsync/core'
import { DnsError } from './dns-error.ts'
import { readDnsLinkValue } from './dnslink-value.ts'
import { canonicalName } from './wire/name.ts'

/** Aliases followed before a chain counts as a loop. */
const MAX_ALIASES = 8

/** What one resolver answers for a domain's DNSLink. */
export type DnsLink =
  | {
      readonly kind: 'link'
      /** CIDv1, base 32. */
      readonly cid: string
      /** The smallest one along the chain of aliases. */
      readonly ttlSeconds: number
      /** The AA bit of the last answer. */
      readonly authoritative: boolean
    }
  | { readonly kind: 'none' }
  /** Several different links, no CID, `/ipns/…`: the values as they stand; or aliases in a loop: the chain. */
  | { readonly kind: 'invalid'; readonly values: readonly string[] }

/** Where the DNSLink of a domain stands (the DNSLink specification). */
export function dnsLinkName(domain: string): string {
  return `_dnslink.${canonicalName(domain)}`
}

/**
 * Reads `_dnslink.<domain>` from one resolver, following aliases within the answer and by further queries.
 *
 * @throws DnsError when nothing is known: `DNS_TIMEOUT`, `DNS_UNREACHABLE`, `DNS_SERVER_FAILURE` (SERVFAIL, REFUSED…) or
 * `DNS_REFERRAL` (this server only knows who knows).
 */
export async function readDnsLink(resolver: Resolver, domain: DomainName, options: CallOptions = {}): Promise<DnsLink> {
  const chain = [dnsLinkName(domain)]
  let ttlSeconds = Number.POSITIVE_INFINITY
  for (;;) {
    const asked = chain.at(-1)!
    const answer = await resolver.query(asked, 'TXT', options)
    checkAnswer(resolver, asked, answer)
    for (;;) {
      const alias = answer.answers.find(({ name, type }) => type === 'CNAME' && sameName(name, chain.at(-1)!))
      if (!alias) break
      const target = canonicalName(alias.data)
      ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds)
      if (chain.includes(target) || chain.length > MAX_ALIASES) return { kind: 'invalid', values: [...chain, target] }
      chain.push(target)
    }
    const owner = chain.at(-1)!
    const texts = answer.answers.filter(({ name, type }) => type === 'TXT' && sameName(name, owner))
    if (texts.length > 0 || owner === asked || answer.rcode === 'NXDOMAIN') {
      return linkFrom(texts, ttlSeconds, answer.authoritative)
    }
  }
}

function linkFrom(texts: readonly DnsRecord[], aliasTtlSeconds: number, authoritative: boolean): DnsLink {
  const value = readDnsLinkValue(texts.map(({ data }) => data))
  if (value.kind !== 'link') return value
  const ttlSeconds = Math.min(aliasTtlSeconds, ...texts.map((text) => text.ttlSeconds))
  return { kind: 'link', cid: value.cid, ttlSeconds, authoritative }
}

function checkAnswer(resolver: Resolver, name: string, answer: DnsAnswer): void {
  const { rcode, authoritative, answers, authorities } = answer
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') {
    throw new DnsError('DNS_SERVER_FAILURE', `${resolver.name} answers ${rcode} for ${name}; its state is unknown.`)
  }
  const types = new Set(authorities.map(({ type }) => type))
  if (rcode === 'NOERROR' && answers.length === 0 && !authoritative && types.has('NS') && !types.has('SOA')) {
    const servers = authorities.filter(({ type }) => type === 'NS').map(({ data }) => data)
    throw new DnsError('DNS_REFERRAL', `${resolver.name} refers ${name} to ${servers.join(', ')}; ask one of those.`, {
      retryable: false,
    })
  }
}

function sameName(a: string, b: string): boolean {
  return canonicalName(a) === canonicalName(b)
}

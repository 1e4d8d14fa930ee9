import { randomInt } from 'node:crypto'
import {
  type CallOptions,
  type Clock,
  canonicalCid,
  type DnsDriver,
  type DomainName,
  errorCode,
  type Resolver,
  type SwapResult,
} from '@domainsync/core'
import { DnsError } from '../dns-error.ts'
import { comparableLink, dnsLinkText, isDnsLink, requireCid } from '../dnslink-value.ts'
import type { DnsAddress } from '../exchange.ts'
import { TYPE } from '../wire/message.ts'
import { canonicalName, writeName } from '../wire/name.ts'
import { tsigKey } from '../wire/tsig.ts'
import { readTxt, writeTxt } from '../wire/txt.ts'
import type { Update } from '../wire/update-message.ts'
import { Rfc2136Session, type TextSet } from './rfc2136-session.ts'

/** Time allowed for one `read` or `swap`, in milliseconds. */
export const DRIVER_TIMEOUT_MS = 10_000
/** How often a swap starts again because another TXT value of the name changed in between. */
const MAX_ATTEMPTS = 5
/** After these it is not known whether an update happened. */
const UNANSWERED: ReadonlySet<string> = new Set(['DNS_TIMEOUT', 'DNS_UNREACHABLE', 'DNS_ANSWER_UNVERIFIED'])

export interface Rfc2136Config {
  readonly name: string
  /** The zone's primary server, which takes updates. */
  readonly server: DnsAddress
  /** The zone that is written; `_dnslink.<domain>` is in it, or is an alias (CNAME) into it. */
  readonly zone: string
  /** `secret` is base64; `algorithm` is `hmac-sha256` by default. */
  readonly key: { readonly name: string; readonly secret: string; readonly algorithm?: string }
  /** TTL of the records we write, in seconds. */
  readonly ttlSeconds: number
  /** Who knows the alias of a `_dnslink.<domain>` outside of the zone; the same server by default. */
  readonly resolver?: Resolver
  /** For the time in signatures. */
  readonly clock?: Pick<Clock, 'now'>
}

interface LinkChange {
  readonly expected: string | undefined
  readonly next: string
}

/**
 * Reads and writes DNSLinks by RFC 2136 updates signed with TSIG (RFC 8945), over TCP: BIND, Knot, PowerDNS, and our own
 * server. A swap is one update whose prerequisite is the whole TXT set as it was read, so it happens only when nothing
 * changed since; an answer counts only with the server's valid signature. When an update goes unanswered, the record is
 * read again and decides.
 *
 * What is no valid link reads as the values as they stand (without `dnslink=`), sorted, with spaces between, and can be
 * swapped away by expecting just that.
 *
 * Throws DnsError `DNS_KEY_REJECTED`, `DNS_UPDATE_REFUSED`, `DNS_OUTSIDE_ZONE`, `DNS_ANSWER_UNVERIFIED`, `DNS_CID_INVALID`,
 * `DNS_SERVER_FAILURE`, `DNS_TIMEOUT`, `DNS_UNREACHABLE`; at once `DNS_KEY_INVALID`, `DNS_NAME_INVALID`.
 */
export function createRfc2136Driver(config: Rfc2136Config): DnsDriver {
  const { name, server, resolver, ttlSeconds, clock = { now: Date.now } } = config
  const zone = canonicalName(config.zone)
  writeName(zone)
  // Counted, not random: two updates in one second must never be the same bytes, or the second looks like a replay.
  let lastId = randomInt(0x10000)
  const nextId = () => {
    lastId = (lastId + 1) & 0xffff
    return lastId
  }
  const sessionConfig = { server, zone, key: tsigKey(config.key), resolver, clock, nextId }
  const session = ({ timeoutMs = DRIVER_TIMEOUT_MS, ...options }: CallOptions) =>
    new Rfc2136Session(sessionConfig, { ...options, timeoutMs })
  return {
    name,
    async read(domain, options = {}) {
      const set = await session(options).find(domain)
      return { cid: comparableLink(set.values.map(readTxt)), ttlSeconds: set.ttlSeconds ?? ttlSeconds }
    },
    async swap(domain, { expected, next }, options = {}) {
      const text = dnsLinkText(next)
      const change = {
        expected: expected === undefined ? undefined : (canonicalCid(expected) ?? expected),
        next: requireCid(next),
      }
      return await swapLink(session(options), domain, { ...change, text, ttlSeconds })
    },
  }
}

async function swapLink(
  session: Rfc2136Session,
  domain: DomainName,
  change: LinkChange & { text: string; ttlSeconds: number },
): Promise<SwapResult> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const set = await session.find(domain)
    const settled = settledResult(set, change)
    if (settled) return settled
    try {
      const outcome = await session.update(swapUpdate(set, change))
      if (outcome === 'applied') return { kind: 'swapped' }
      // Either the link changed, which the next round reports, or another value beside it: then the swap still stands.
    } catch (error) {
      if (!UNANSWERED.has(errorCode(error))) throw error
      return await afterSilence(session, domain, { change, error })
    }
  }
  throw new DnsError('DNS_SERVER_FAILURE', `The TXT records of ${domain} keep changing; the swap gave up. Try again.`, {
    state: 'DNS was not changed.',
  })
}

/** What is already decided by the record as it stands; `undefined` when it has to be written. */
function settledResult({ values }: TextSet, { expected, next }: LinkChange): SwapResult | undefined {
  const found = comparableLink(values.map(readTxt))
  if (found === next) return { kind: 'swapped' }
  return found === expected ? undefined : { kind: 'conflict', found }
}

/** The update: the whole set as it was read, and still no alias; then our values out, the new one in. */
function swapUpdate(
  { owner, values }: TextSet,
  { text, ttlSeconds }: { text: string; ttlSeconds: number },
): Omit<Update, 'zone'> {
  const record = { name: owner, type: TYPE.TXT }
  return {
    prerequisites: [
      values.length > 0 ? { kind: 'rrset-equals', ...record, values } : { kind: 'rrset-absent', ...record },
      { kind: 'rrset-absent', name: owner, type: TYPE.CNAME },
    ],
    changes: [
      ...values
        .filter((value) => isDnsLink(readTxt(value)))
        .map((rdata) => ({ kind: 'delete-record' as const, ...record, rdata })),
      { kind: 'add', ...record, ttl: ttlSeconds, rdata: writeTxt(text) },
    ],
  }
}

/** The update was sent and its fate is unknown: the record decides. */
async function afterSilence(
  session: Rfc2136Session,
  domain: DomainName,
  { change, error }: { change: LinkChange; error: unknown },
): Promise<SwapResult> {
  const set = await session.find(domain).catch(() => {
    throw error
  })
  const settled = settledResult(set, change)
  if (settled) return settled
  throw error
}

import { randomInt } from 'node:crypto'
import { parseDomainName } from '@domainsync/core'
import type { DnsAddress } from '../exchange.ts'
import { createRfc2136Driver, type Rfc2136Config } from '../providers/rfc2136.ts'
import { createResolver } from '../resolver.ts'
import { exchangeSigned } from '../signed-exchange.ts'
import { RCODE, rcodeName, TYPE } from '../wire/message.ts'
import { tsigKey } from '../wire/tsig.ts'
import { writeTxt } from '../wire/txt.ts'
import { type Update, writeUpdate } from '../wire/update-message.ts'
import type { DnsDriverWorld } from './dns-driver-conformance.ts'

export const KEY = { name: 'agent.test', secret: Buffer.alloc(32, 'agent').toString('base64') }
export const DOMAIN = parseDomainName('example.test')
export const TTL_SECONDS = 42

/** Sends any update, signed, and returns the response code's name. */
export async function sendUpdate(server: DnsAddress, update: Update, key = KEY): Promise<string> {
  const { answer } = await exchangeSigned(server, writeUpdate(update, randomInt(0x10000)), {
    key: tsigKey(key),
    clock: { now: Date.now },
    timeoutMs: 5_000,
  })
  return rcodeName(answer.rcode)
}

/** The conformance world of a server that takes RFC 2136 updates; `owner` is the name that holds the TXT records. */
export function rfc2136World(
  server: DnsAddress,
  options: { close: () => Promise<void>; zone?: string; owner?: string } & Pick<Rfc2136Config, 'resolver'>,
): DnsDriverWorld {
  const { close, zone = 'example.test', owner = `_dnslink.${DOMAIN}`, resolver } = options
  const driver = (name: string) =>
    createRfc2136Driver({ name, server, zone, key: KEY, ttlSeconds: TTL_SECONDS, ...(resolver && { resolver }) })
  const anyone = createResolver(server)
  return {
    driver: driver('driver'),
    rival: driver('rival'),
    domain: DOMAIN,
    ttlSeconds: TTL_SECONDS,
    async texts() {
      const { answers } = await anyone.query(owner, 'TXT')
      return { values: answers.map(({ data }) => data), ttlSeconds: answers[0]?.ttlSeconds }
    },
    async setTexts(values) {
      const record = { name: owner, type: TYPE.TXT }
      const additions = values.map((text) => ({ kind: 'add' as const, ...record, ttl: 60, rdata: writeTxt(text) }))
      const update: Update = { zone, prerequisites: [], changes: [{ kind: 'delete-rrset', ...record }, ...additions] }
      const code = await sendUpdate(server, update)
      if (code !== rcodeName(RCODE.NOERROR)) throw new Error(`the records could not be set: ${code}`)
    },
    close,
  }
}

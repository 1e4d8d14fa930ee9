import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createResolver } from '../resolver.ts'
import { startDnsServer } from '../server/dns-server.ts'
import { describeDnsDriver } from '../testing/dns-driver-conformance.ts'
import { DOMAIN, KEY, rfc2136World } from '../testing/rfc2136-world.ts'
import { findNamed, startBind } from '../testing/start-bind.ts'

const LINKS_ZONE = 'links.test'
const LINK_OWNER = `example.${LINKS_ZONE}`

describeDnsDriver('RFC 2136 driver with the embedded server, which stores its zone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'domainsync-dns-'))
  const server = await startDnsServer({
    path: join(folder, 'dns.json'),
    zones: [{ name: DOMAIN, records: [] }],
    keys: [{ ...KEY, names: [`_dnslink.${DOMAIN}`] }],
  })
  const close = async () => {
    await server.close()
    await rm(folder, { recursive: true })
  }
  return rfc2136World(server, { close })
})

describeDnsDriver('RFC 2136 driver with the embedded server, by an alias into a links zone', async () => {
  const alias = { name: `_dnslink.${DOMAIN}`, type: 'CNAME', ttlSeconds: 60, data: LINK_OWNER }
  const server = await startDnsServer({
    zones: [
      { name: DOMAIN, records: [alias] },
      { name: LINKS_ZONE, records: [] },
    ],
    keys: [{ ...KEY, names: [LINK_OWNER] }],
  })
  return rfc2136World(server, { close: server.close, zone: LINKS_ZONE, owner: LINK_OWNER })
})

describeDnsDriver('RFC 2136 driver with the embedded server, by an alias that another server holds', async () => {
  const alias = { name: `_dnslink.${DOMAIN}`, type: 'CNAME', ttlSeconds: 60, data: LINK_OWNER }
  const parent = await startDnsServer({ zones: [{ name: DOMAIN, records: [alias] }], keys: [] })
  const server = await startDnsServer({
    zones: [{ name: LINKS_ZONE, records: [] }],
    keys: [{ ...KEY, names: [LINK_OWNER] }],
  })
  const close = async () => {
    await Promise.all([server.close(), parent.close()])
  }
  return rfc2136World(server, { close, zone: LINKS_ZONE, owner: LINK_OWNER, resolver: createResolver(parent) })
})

if (findNamed()) {
  describeDnsDriver('RFC 2136 driver with BIND', async () => {
    const grants = [`grant ${KEY.name} name _dnslink.${DOMAIN}. TXT;`]
    const bind = await startBind({ zones: [{ name: DOMAIN, records: [], grants }], keys: [KEY] })
    return rfc2136World(bind, bind)
  })

  describeDnsDriver('RFC 2136 driver with BIND, by an alias into a links zone', async () => {
    const bind = await startBind({
      zones: [
        { name: DOMAIN, records: [`_dnslink CNAME ${LINK_OWNER}.`], grants: [] },
        { name: LINKS_ZONE, records: [], grants: [`grant ${KEY.name} name ${LINK_OWNER}. TXT;`] },
      ],
      keys: [KEY],
    })
    return rfc2136World(bind, { close: bind.close, zone: LINKS_ZONE, owner: LINK_OWNER })
  })
} else {
  describe('RFC 2136 driver with BIND', () => {
    it.skipIf(!process.env.CI)('needs BIND: run scripts/install-test-servers.sh', () => {
      expect.fail('BIND is not installed; CI runs scripts/install-test-servers.sh first')
    })
  })
}

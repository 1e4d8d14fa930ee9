/** A child process that serves one zone from the state file in its first argument, prints its port and waits. */
import { startDnsServer } from '../server/dns-server.ts'
import { DOMAIN, KEY } from './rfc2136-world.ts'

const server = await startDnsServer({
  path: process.argv[2]!,
  zones: [{ name: DOMAIN, records: [] }],
  keys: [{ ...KEY, names: [`_dnslink.${DOMAIN}`] }],
})
console.log(server.port)

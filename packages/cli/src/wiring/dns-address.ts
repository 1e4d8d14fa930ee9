import type { DnsAddress } from '@domainsync/dns'
import { ConfigError } from '../config/config-error.ts'

const DNS_PORT = 53

/** `1.1.1.1`, `127.0.0.1:5300`, `[::1]:53`, `ns.example.net`. */
export function parseDnsAddress(text: string, place: string): DnsAddress {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/i.exec(text)
  const port = Number(match?.[3] ?? DNS_PORT)
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || port === 0 || port > 65_535) {
    throw new ConfigError('CONFIG_INVALID', `${place}: "${text}" is not host or host:port.`)
  }
  return { host, port }
}

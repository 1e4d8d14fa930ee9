import { isIPv4, isIPv6 } from 'node:net'
import type { DnsRecord } from '@domainsync/core'
import { encode } from 'dns-packet'
import { DnsError } from '../dns-error.ts'
import { readMessage, TYPE } from '../wire/message.ts'
import { writeName } from '../wire/name.ts'
import { writeTxt } from '../wire/txt.ts'

/**
 * The type number and the data in wire form, without compression, of a record that a zone can hold: A, AAAA, CNAME, NS, TXT.
 *
 * @throws DnsError `DNS_ZONE_INVALID`, `DNS_NAME_INVALID`
 */
export function recordData(record: Pick<DnsRecord, 'name' | 'type' | 'data'>): { type: number; rdata: Uint8Array } {
  const { name, type, data } = record
  switch (type) {
    case 'TXT':
      return { type: TYPE.TXT, rdata: writeTxt(data) }
    case 'CNAME':
    case 'NS':
      return { type: TYPE[type], rdata: writeName(data) }
    case 'A':
      if (isIPv4(data)) return addressData(type, data)
      break
    case 'AAAA':
      if (isIPv6(data)) return addressData(type, data)
      break
  }
  throw new DnsError('DNS_ZONE_INVALID', `The record "${name} ${type} ${data}" cannot be served.`, { retryable: false })
}

/** Data of a SOA record (RFC 1035, 3.3.13). */
export function soaData(soa: {
  readonly primary: string
  readonly contact: string
  readonly serial: number
  readonly negativeTtlSeconds: number
}): Uint8Array {
  const timers = Buffer.alloc(20)
  const values = [soa.serial, 3_600, 600, 604_800, soa.negativeTtlSeconds]
  for (const [index, value] of values.entries()) timers.writeUInt32BE(value, 4 * index)
  return Buffer.concat([writeName(soa.primary), writeName(soa.contact), timers])
}

function addressData(type: 'A' | 'AAAA', data: string): { type: number; rdata: Uint8Array } {
  const message = readMessage(encode({ answers: [{ name: '.', type, data }] }))
  return { type: TYPE[type], rdata: message.answers[0]!.rdata }
}

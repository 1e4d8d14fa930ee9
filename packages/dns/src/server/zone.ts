import type { DnsRecord } from '@domainsync/core'
import { DnsError } from '../dns-error.ts'
import { CLASS, TYPE, type WireRecord } from '../wire/message.ts'
import { canonicalName, isWithin } from '../wire/name.ts'
import { recordData, soaData } from './record-data.ts'

/** RFC 2181, 8. */
export const MAX_TTL_SECONDS = 0x7fffffff

/** What the embedded server is authoritative for. */
export interface ZoneConfig {
  readonly name: string
  /** Types A, AAAA, CNAME, NS and TXT; names in full. */
  readonly records: readonly DnsRecord[]
  /** The zone's name servers; `ns.<name>` by default. The first one stands in the SOA record. */
  readonly nameServers?: readonly string[]
  /** The contact's mail address with a dot for the `@`; `hostmaster.<name>` by default. */
  readonly contact?: string
  /** First serial number, default 1; what was stored later wins. */
  readonly serial?: number
  /** Of the zone's own SOA and NS records, default 3,600. */
  readonly ttlSeconds?: number
  /** How long others may remember that a name is not there, default 60. */
  readonly negativeTtlSeconds?: number
}

/** All records of one name and type. */
export interface RecordSet {
  readonly type: number
  readonly ttlSeconds: number
  readonly values: readonly Uint8Array[]
}

/** A zone at one moment; never changed in place. */
export interface Zone {
  readonly name: string
  readonly serial: number
  /** By canonical name, then by type. */
  readonly nodes: ReadonlyMap<string, ReadonlyMap<number, RecordSet>>
}

/** @throws DnsError `DNS_ZONE_INVALID`, `DNS_NAME_INVALID` */
export function createZone(config: ZoneConfig): Zone {
  const name = canonicalName(config.name)
  const { nameServers = [`ns.${name}`], contact = `hostmaster.${name}`, serial = 1 } = config
  const { ttlSeconds = 3_600, negativeTtlSeconds = 60 } = config
  for (const value of [serial, ttlSeconds, negativeTtlSeconds]) {
    if (!isUint(value, 0xffffffff)) throw invalid(`A number of the zone "${name}" is out of range: ${value}.`)
  }
  const primary = nameServers[0]
  if (primary === undefined) throw invalid(`The zone "${name}" needs a name server.`)
  const soa: RecordSet = {
    type: TYPE.SOA,
    ttlSeconds,
    values: [soaData({ primary, contact, serial, negativeTtlSeconds })],
  }
  const ns: RecordSet = {
    type: TYPE.NS,
    ttlSeconds,
    values: nameServers.map((data) => recordData({ name, type: 'NS', data }).rdata),
  }
  let zone = withSet(withSet({ name, serial, nodes: new Map() }, name, soa), name, ns)
  for (const record of config.records) zone = withRecord(zone, record)
  return zone
}

function withRecord(zone: Zone, record: DnsRecord): Zone {
  const owner = canonicalName(record.name)
  const ttlSeconds = record.ttlSeconds
  if (!isWithin(owner, zone.name)) throw invalid(`The record "${record.name}" is outside of the zone "${zone.name}".`)
  if (!isUint(ttlSeconds, MAX_TTL_SECONDS)) {
    throw invalid(`The TTL of "${record.name}" must be 0 to ${MAX_TTL_SECONDS} seconds (RFC 2181, 8).`)
  }
  const { type, rdata } = recordData(record)
  const values = setAt(zone, owner, type)?.values ?? []
  // A set has each value once (RFC 2181, 5).
  const known = values.some((value) => Buffer.compare(value, rdata) === 0)
  const next = withSet(zone, owner, { type, ttlSeconds, values: known ? values : [...values, rdata] })
  const node = next.nodes.get(owner)!
  const aliases = node.get(TYPE.CNAME)
  if (aliases && (node.size > 1 || aliases.values.length > 1)) {
    throw invalid(`"${record.name}" is an alias (CNAME) and can have no other record (RFC 1034, 3.6.2).`)
  }
  return next
}

export function setAt(zone: Zone, name: string, type: number): RecordSet | undefined {
  return zone.nodes.get(name)?.get(type)
}

/** The zone with one set replaced; a set without values is removed. */
export function withSet(zone: Zone, name: string, set: RecordSet): Zone {
  const node = new Map(zone.nodes.get(name))
  if (set.values.length > 0) node.set(set.type, set)
  else node.delete(set.type)
  const nodes = new Map(zone.nodes)
  if (node.size > 0) nodes.set(name, node)
  else nodes.delete(name)
  return { ...zone, nodes }
}

/** The zone with a new serial number, in its SOA record too (its data end in five 32-bit numbers, the serial first). */
export function withSerial(zone: Zone, serial: number): Zone {
  const soa = setAt(zone, zone.name, TYPE.SOA)!
  const data = Buffer.from(soa.values[0]!)
  data.writeUInt32BE(serial, data.length - 20)
  return { ...withSet(zone, zone.name, { ...soa, values: [data] }), serial }
}

/** The records of a set, as they go into a message. */
export function recordsOf(name: string, set: RecordSet): WireRecord[] {
  return set.values.map((rdata) => ({ name, type: set.type, class: CLASS.IN, ttl: set.ttlSeconds, rdata }))
}

/** The zone that a name belongs to: the longest one that it is in. */
export function findZone(zones: Iterable<Zone>, name: string): Zone | undefined {
  let best: Zone | undefined
  for (const zone of zones) {
    if (isWithin(name, zone.name) && (!best || zone.name.length > best.name.length)) best = zone
  }
  return best
}

function isUint(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max
}

function invalid(message: string): DnsError {
  return new DnsError('DNS_ZONE_INVALID', message, { retryable: false })
}

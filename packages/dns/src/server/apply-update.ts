import { RCODE, TYPE } from '../wire/message.ts'
import { readTxt } from '../wire/txt.ts'
import type { Prerequisite, Update, UpdateChange } from '../wire/update-message.ts'
import { MAX_TTL_SECONDS, type RecordSet, setAt, withSerial, withSet, type Zone } from './zone.ts'

/** The most TXT octets that one name may hold; more would not fit an answer. */
const MAX_SET_BYTES = 16_384

/** What an update led to: a refusal, or the zone after it (the same object when nothing changed). */
export type UpdateOutcome =
  | { readonly rcode: number; readonly zone?: undefined }
  | { readonly rcode: 0; readonly zone: Zone }

/**
 * Applies an update to a zone, whole or not at all (RFC 2136, 3.2 to 3.7). A key may change TXT sets of its names only;
 * this is checked before the prerequisites, so that a key cannot ask with them what it may not touch.
 */
export function applyUpdate(zone: Zone, update: Update, allowedNames: ReadonlySet<string>): UpdateOutcome {
  const { prerequisites, changes } = update
  for (const change of changes) {
    if (change.kind === 'delete-name' || change.type !== TYPE.TXT || !allowedNames.has(change.name)) {
      return { rcode: RCODE.REFUSED }
    }
    if (change.kind === 'add' && (!isTxt(change.rdata) || change.ttl > MAX_TTL_SECONDS)) return { rcode: RCODE.FORMERR }
  }
  for (const prerequisite of prerequisites) {
    const rcode = failedCode(zone, prerequisite)
    if (rcode !== undefined) return { rcode }
  }
  const changed = changes.reduce(applyChange, zone)
  if (changed === zone) return { rcode: RCODE.NOERROR, zone }
  const tooLarge = changes.some(({ name }) => setBytes(setAt(changed, name, TYPE.TXT)) > MAX_SET_BYTES)
  if (tooLarge) return { rcode: RCODE.REFUSED }
  return { rcode: RCODE.NOERROR, zone: withSerial(changed, nextSerial(zone.serial)) }
}

/** The code of a prerequisite that does not hold (RFC 2136, 3.2.5). */
function failedCode(zone: Zone, prerequisite: Prerequisite): number | undefined {
  const { name } = prerequisite
  switch (prerequisite.kind) {
    case 'name-exists':
      return zone.nodes.has(name) ? undefined : RCODE.NXDOMAIN
    case 'name-absent':
      return zone.nodes.has(name) ? RCODE.YXDOMAIN : undefined
    case 'rrset-exists':
      return setAt(zone, name, prerequisite.type) ? undefined : RCODE.NXRRSET
    case 'rrset-absent':
      return setAt(zone, name, prerequisite.type) ? RCODE.YXRRSET : undefined
    case 'rrset-equals':
      return sameValues(setAt(zone, name, prerequisite.type)?.values ?? [], prerequisite.values)
        ? undefined
        : RCODE.NXRRSET
  }
}

/** One change; the same zone when it changes nothing. Additions beside an alias are ignored (RFC 2136, 3.4.2.2). */
function applyChange(zone: Zone, change: UpdateChange): Zone {
  if (change.kind === 'delete-name') return zone
  const { name, type } = change
  const before = setAt(zone, name, type)
  const values = before?.values ?? []
  switch (change.kind) {
    case 'delete-rrset':
      return before ? withSet(zone, name, { ...before, values: [] }) : zone
    case 'delete-record': {
      const left = values.filter((value) => !equalBytes(value, change.rdata))
      return before && left.length < values.length ? withSet(zone, name, { ...before, values: left }) : zone
    }
    case 'add': {
      if (setAt(zone, name, TYPE.CNAME)) return zone
      const known = values.some((value) => equalBytes(value, change.rdata))
      if (known && before?.ttlSeconds === change.ttl) return zone
      const rdata = Uint8Array.from(change.rdata)
      return withSet(zone, name, { type, ttlSeconds: change.ttl, values: known ? values : [...values, rdata] })
    }
  }
}

/** Serial numbers go around, past zero (RFC 1982). */
function nextSerial(serial: number): number {
  return serial >= 0xffffffff ? 1 : serial + 1
}

/** The same values in any order; a value twice makes no set (RFC 2181, 5), and so equals none, as with BIND. */
function sameValues(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  const sorted = (values: readonly Uint8Array[]) => values.map((value) => Buffer.from(value).toString('hex')).sort()
  return sorted(a).join() === sorted(b).join()
}

function isTxt(rdata: Uint8Array): boolean {
  try {
    readTxt(rdata)
    return true
  } catch {
    return false
  }
}

function setBytes(set: RecordSet | undefined): number {
  return set?.values.reduce((sum, value) => sum + value.length, 0) ?? 0
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

import { CLASS, type Message, OPCODE, RCODE, type ReadRecord, TYPE, type WireRecord, writeMessage } from './message.ts'
import { isWithin } from './name.ts'

/** Types that no record can have (RFC 6895, 3.1: meta types and question types). */
const isMetaType = (type: number) => type === TYPE.OPT || (type >= 128 && type <= 255)
const NO_DATA = new Uint8Array()

/** A condition on the zone as it stands before the update (RFC 2136, 2.4); the update happens when all hold. */
export type Prerequisite =
  | { readonly kind: 'rrset-exists' | 'rrset-absent'; readonly name: string; readonly type: number }
  | {
      /** The whole set, no more and no less; TTLs do not count. */
      readonly kind: 'rrset-equals'
      readonly name: string
      readonly type: number
      readonly values: readonly Uint8Array[]
    }
  | { readonly kind: 'name-exists' | 'name-absent'; readonly name: string }

/** One change (RFC 2136, 2.5). */
export type UpdateChange =
  | {
      readonly kind: 'add'
      readonly name: string
      readonly type: number
      readonly ttl: number
      readonly rdata: Uint8Array
    }
  | { readonly kind: 'delete-record'; readonly name: string; readonly type: number; readonly rdata: Uint8Array }
  | { readonly kind: 'delete-rrset'; readonly name: string; readonly type: number }
  | { readonly kind: 'delete-name'; readonly name: string }

/** An UPDATE message (RFC 2136, 2): it happens whole or not at all. */
export interface Update {
  readonly zone: string
  readonly prerequisites: readonly Prerequisite[]
  readonly changes: readonly UpdateChange[]
}

/** An update as unsigned wire bytes. */
export function writeUpdate(update: Update, id: number): Buffer {
  return writeMessage({
    id,
    flags: 0,
    opcode: OPCODE.UPDATE,
    rcode: RCODE.NOERROR,
    questions: [{ name: update.zone, type: TYPE.SOA, class: CLASS.IN }],
    answers: update.prerequisites.flatMap(prerequisiteRecords),
    authorities: update.changes.map(changeRecord),
    additionals: [],
  })
}

function prerequisiteRecords(prerequisite: Prerequisite): WireRecord[] {
  const { name } = prerequisite
  const empty = { name, ttl: 0, rdata: NO_DATA }
  switch (prerequisite.kind) {
    case 'rrset-exists':
      return [{ ...empty, type: prerequisite.type, class: CLASS.ANY }]
    case 'rrset-absent':
      return [{ ...empty, type: prerequisite.type, class: CLASS.NONE }]
    case 'rrset-equals':
      return prerequisite.values.map((rdata) => ({ ...empty, type: prerequisite.type, class: CLASS.IN, rdata }))
    case 'name-exists':
      return [{ ...empty, type: TYPE.ANY, class: CLASS.ANY }]
    case 'name-absent':
      return [{ ...empty, type: TYPE.ANY, class: CLASS.NONE }]
  }
}

function changeRecord(change: UpdateChange): WireRecord {
  const empty = { name: change.name, ttl: 0, rdata: NO_DATA }
  switch (change.kind) {
    case 'add':
      return { ...empty, type: change.type, class: CLASS.IN, ttl: change.ttl, rdata: change.rdata }
    case 'delete-record':
      return { ...empty, type: change.type, class: CLASS.NONE, rdata: change.rdata }
    case 'delete-rrset':
      return { ...empty, type: change.type, class: CLASS.ANY }
    case 'delete-name':
      return { ...empty, type: TYPE.ANY, class: CLASS.ANY }
  }
}

/**
 * Reads the sections of an UPDATE for a zone (RFC 2136, 3.2 and 3.4.1), or says with which code to refuse it: `FORMERR`
 * or `NOTZONE`.
 */
export function readUpdate(message: Message<ReadRecord>): Update | { readonly refused: number } {
  const [zone, ...more] = message.questions
  if (!zone || more.length > 0 || zone.type !== TYPE.SOA || zone.class !== CLASS.IN) return { refused: RCODE.FORMERR }
  const all = [...message.answers, ...message.authorities]
  if (!all.every(({ name }) => isWithin(name, zone.name))) return { refused: RCODE.NOTZONE }
  const prerequisites = readPrerequisites(message.answers)
  const changes = message.authorities.map(readChange)
  if (!prerequisites || !changes.every((change) => change !== undefined)) return { refused: RCODE.FORMERR }
  return { zone: zone.name, prerequisites, changes }
}

function readPrerequisites(records: readonly ReadRecord[]): Prerequisite[] | undefined {
  const prerequisites: Prerequisite[] = []
  const equals = new Map<string, { name: string; type: number; values: Uint8Array[] }>()
  for (const { name, type, class: klass, ttl, rdata } of records) {
    if (ttl !== 0) return undefined
    if (klass === CLASS.IN) {
      if (isMetaType(type)) return undefined
      const set = equals.get(`${type} ${name}`) ?? { name, type, values: [] }
      set.values.push(rdata)
      equals.set(`${type} ${name}`, set)
    } else {
      if (rdata.length > 0 || (klass !== CLASS.ANY && klass !== CLASS.NONE)) return undefined
      const must = klass === CLASS.ANY ? 'exists' : 'absent'
      if (type === TYPE.ANY) prerequisites.push({ kind: `name-${must}`, name })
      else if (isMetaType(type)) return undefined
      else prerequisites.push({ kind: `rrset-${must}`, name, type })
    }
  }
  return [...prerequisites, ...[...equals.values()].map((set) => ({ kind: 'rrset-equals' as const, ...set }))]
}

function readChange({ name, type, class: klass, ttl, rdata }: ReadRecord): UpdateChange | undefined {
  if (klass === CLASS.IN) return isMetaType(type) ? undefined : { kind: 'add', name, type, ttl, rdata }
  if (ttl !== 0) return undefined
  if (klass === CLASS.NONE) return isMetaType(type) ? undefined : { kind: 'delete-record', name, type, rdata }
  if (klass !== CLASS.ANY || rdata.length > 0) return undefined
  if (type === TYPE.ANY) return { kind: 'delete-name', name }
  return isMetaType(type) ? undefined : { kind: 'delete-rrset', name, type }
}

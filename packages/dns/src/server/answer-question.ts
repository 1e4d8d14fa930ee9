import { CLASS, type Question, RCODE, TYPE, type WireRecord } from '../wire/message.ts'
import { isWithin, readName } from '../wire/name.ts'
import { findZone, recordsOf, setAt, type Zone } from './zone.ts'

/** Aliases followed inside of our zones. */
const MAX_ALIASES = 8
/** Zone transfers and mail question types (RFC 1035, 3.2.3): never answered. */
const REFUSED_TYPES = new Set([251, 252, 253, 254])
const DS = 43

/** What goes into an answer. */
export interface QuestionAnswer {
  readonly rcode: number
  readonly authoritative: boolean
  readonly answers: readonly WireRecord[]
  readonly authorities: readonly WireRecord[]
}

const REFUSED: QuestionAnswer = { rcode: RCODE.REFUSED, authoritative: false, answers: [], authorities: [] }

/** Answers a question from the zones (RFC 1034, 4.3.2, without wildcards). Names outside of them are refused. */
export function answerQuestion(zones: Iterable<Zone>, question: Question): QuestionAnswer {
  const all = [...zones]
  if (question.class !== CLASS.IN || REFUSED_TYPES.has(question.type)) return REFUSED
  const answers: WireRecord[] = []
  let name = question.name
  for (let aliases = 0; ; aliases++) {
    const zone = findZone(all, name)
    if (!zone) return aliases === 0 ? REFUSED : { rcode: RCODE.NOERROR, authoritative: true, answers, authorities: [] }
    const cut = delegation(zone, name, question.type)
    if (cut) return { rcode: RCODE.NOERROR, authoritative: aliases > 0, answers, authorities: cut }
    const node = zone.nodes.get(name)
    const sets = node
      ? [...node.values()].filter(({ type }) => type === question.type || question.type === TYPE.ANY)
      : []
    const alias = sets.length === 0 ? node?.get(TYPE.CNAME) : undefined
    if (!alias || aliases === MAX_ALIASES) {
      answers.push(...sets.flatMap((set) => recordsOf(name, set)))
      const rcode = node || hasBelow(zone, name) ? RCODE.NOERROR : RCODE.NXDOMAIN
      return { rcode, authoritative: true, answers, authorities: sets.length > 0 ? [] : negative(zone) }
    }
    answers.push(...recordsOf(name, alias))
    name = readName(alias.values[0]!, 0).name
  }
}

/** The name servers of a zone that is cut off at or above the name; the DS question belongs to the parent. */
function delegation(zone: Zone, name: string, type: number): WireRecord[] | undefined {
  const labels = name === zone.name ? [] : name.slice(0, zone.name ? -zone.name.length - 1 : undefined).split('.')
  for (let depth = labels.length - 1; depth >= 0; depth--) {
    const cut = [...labels.slice(depth), ...(zone.name ? [zone.name] : [])].join('.')
    const servers = setAt(zone, cut, TYPE.NS)
    if (servers && !(type === DS && cut === name)) return recordsOf(cut, servers)
  }
  return undefined
}

/** A name without records exists when there is one below it (RFC 8020). */
function hasBelow(zone: Zone, name: string): boolean {
  return [...zone.nodes.keys()].some((other) => isWithin(other, name))
}

/** The SOA record of a negative answer, its TTL not above the zone's negative TTL (RFC 2308, 3). */
function negative(zone: Zone): WireRecord[] {
  const soa = setAt(zone, zone.name, TYPE.SOA)!
  const data = Buffer.from(soa.values[0]!)
  const ttlSeconds = Math.min(soa.ttlSeconds, data.readUInt32BE(data.length - 4))
  return recordsOf(zone.name, { ...soa, ttlSeconds })
}

import { DnsError } from '../dns-error.ts'
import { readName, writeName } from './name.ts'

/** Numbers of RFC 1035, 3.2.2, 3596, 6891, 8945, as far as this package handles them itself. */
export const TYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, OPT: 41, TSIG: 250, ANY: 255 } as const
/** RFC 1035, 3.2.4; NONE is RFC 2136, 2.4. */
export const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const
export const OPCODE = { QUERY: 0, UPDATE: 5 } as const
/** RFC 1035, 4.1.1; from 6 on RFC 2136, 2.2; from 16 on RFC 8945, 3 (in the TSIG record only). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
  BADSIG: 16,
  BADKEY: 17,
  BADTIME: 18,
} as const
/** Bits of the header's second word (RFC 1035, 4.1.1). */
export const FLAG = { QR: 0x8000, AA: 0x0400, TC: 0x0200, RD: 0x0100 } as const

const HEADER_LENGTH = 12

/** A question, or the zone of an update (RFC 2136, 2.3). */
export interface Question {
  readonly name: string
  readonly type: number
  readonly class: number
}

/** A resource record with its data as they are on the wire; names inside are not compressed when we write them. */
export interface WireRecord extends Question {
  readonly ttl: number
  readonly rdata: Uint8Array
}

/** A record that was read: also where it starts, and where its data do, in the message. */
export interface ReadRecord extends WireRecord {
  readonly start: number
  readonly rdataStart: number
}

/** Header and questions. */
export type MessageHead = Pick<Message, 'id' | 'flags' | 'opcode' | 'rcode' | 'questions'>

/** The four sections of RFC 1035, 4.1; of an update: zone, prerequisites, updates, additional (RFC 2136, 2.1). */
export interface Message<R extends WireRecord = WireRecord> {
  readonly id: number
  /** The header's second word without opcode and response code. */
  readonly flags: number
  readonly opcode: number
  readonly rcode: number
  readonly questions: readonly Question[]
  readonly answers: readonly R[]
  readonly authorities: readonly R[]
  readonly additionals: readonly R[]
}

/**
 * Reads a whole message, bounds checked; nothing may follow it.
 *
 * @throws DnsError `DNS_MALFORMED`
 */
export function readMessage(bytes: Uint8Array): Message<ReadRecord> {
  const { head, next } = readHead(bytes)
  const view = dataView(bytes)
  let offset = next
  const section = (count: number): ReadRecord[] => {
    const records: ReadRecord[] = []
    for (let left = count; left > 0; left--) {
      const start = offset
      const { name, next } = readName(bytes, offset)
      if (next + 10 > bytes.length) throw malformed('a record runs past the end')
      const rdataStart = next + 10
      offset = rdataStart + view.getUint16(next + 8)
      if (offset > bytes.length) throw malformed('a record runs past the end')
      const rdata = bytes.subarray(rdataStart, offset)
      const [type, klass, ttl] = [view.getUint16(next), view.getUint16(next + 2), view.getUint32(next + 4)]
      records.push({ name, type, class: klass, ttl, rdata, start, rdataStart })
    }
    return records
  }
  const answers = section(view.getUint16(6))
  const authorities = section(view.getUint16(8))
  const additionals = section(view.getUint16(10))
  if (offset !== bytes.length) throw malformed('something follows it')
  return { ...head, answers, authorities, additionals }
}

/**
 * Reads header and questions only, for a message whose end may be cut off; `next` is where the records begin.
 *
 * @throws DnsError `DNS_MALFORMED`
 */
export function readHead(bytes: Uint8Array): { head: MessageHead; next: number } {
  if (bytes.length < HEADER_LENGTH) throw malformed('it has no header')
  const view = dataView(bytes)
  const word = view.getUint16(2)
  let offset = HEADER_LENGTH
  const questions: Question[] = []
  for (let left = view.getUint16(4); left > 0; left--) {
    const { name, next } = readName(bytes, offset)
    if (next + 4 > bytes.length) throw malformed('a question runs past the end')
    questions.push({ name, type: view.getUint16(next), class: view.getUint16(next + 2) })
    offset = next + 4
  }
  const [id, flags, opcode, rcode] = [view.getUint16(0), word & 0x87f0, (word >> 11) & 0xf, word & 0xf]
  return { head: { id, flags, opcode, rcode, questions }, next: offset }
}

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Writes a message without compression. */
export function writeMessage(message: Message): Buffer {
  const { id, flags, opcode, rcode, questions, answers, authorities, additionals } = message
  const header = Buffer.alloc(HEADER_LENGTH)
  header.writeUInt16BE(id, 0)
  header.writeUInt16BE((flags & 0x87f0) | (opcode << 11) | (rcode & 0xf), 2)
  for (const [index, section] of [questions, answers, authorities, additionals].entries()) {
    header.writeUInt16BE(section.length, 4 + 2 * index)
  }
  const records = [...answers, ...authorities, ...additionals]
  return Buffer.concat([header, ...questions.map(writeQuestion), ...records.map(writeRecord)])
}

function writeQuestion({ name, type, class: klass }: Question): Buffer {
  const fixed = Buffer.alloc(4)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(klass, 2)
  return Buffer.concat([writeName(name), fixed])
}

/** One record in wire form, without compression. */
export function writeRecord({ name, type, class: klass, ttl, rdata }: WireRecord): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(klass, 2)
  fixed.writeUInt32BE(ttl, 4)
  fixed.writeUInt16BE(rdata.length, 8)
  return Buffer.concat([writeName(name), fixed, rdata])
}

/** The name of a response code; TSIG's own are named in its record, not here. */
export function rcodeName(rcode: number): string {
  return Object.entries(RCODE).find(([, value]) => value === rcode)?.[0] ?? `RCODE_${rcode}`
}

function malformed(what: string): DnsError {
  return new DnsError('DNS_MALFORMED', `The DNS message cannot be read: ${what}.`)
}

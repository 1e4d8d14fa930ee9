import type { DnsRecord } from '@domainsync/core'
import { type Answer, decode } from 'dns-packet'
import { DnsError } from '../dns-error.ts'
import { type ReadRecord, readMessage } from './message.ts'
import { readName } from './name.ts'
import { readTxt } from './txt.ts'

/** The records of an answer, data in presentation form. */
export interface TextRecords {
  readonly answers: readonly DnsRecord[]
  readonly authorities: readonly DnsRecord[]
}

/**
 * Answer and authority records of a message with their data as text: names without a trailing dot, TXT strings joined,
 * SOA, MX, DS, CAA and SRV as in a zone file, anything else as `\# <length> <hex>` (RFC 3597, 5).
 *
 * @throws DnsError `DNS_MALFORMED`
 */
export function recordTexts(bytes: Buffer): TextRecords {
  const raw = readMessage(bytes)
  const parsed = decodeStrictly(bytes)
  const texts = (records: readonly ReadRecord[], answers: readonly Answer[] = []) =>
    records.map((record, index) => recordText(bytes, record, answers[index]))
  return { answers: texts(raw.answers, parsed.answers), authorities: texts(raw.authorities, parsed.authorities) }
}

function decodeStrictly(bytes: Buffer) {
  try {
    return decode(bytes)
  } catch (cause) {
    throw malformed(cause)
  }
}

function recordText(message: Buffer, record: ReadRecord, answer: Answer | undefined): DnsRecord {
  if (!answer) throw malformed()
  const { name, ttl, type } = record
  return { name, type: typeText(answer.type, type), ttlSeconds: ttl, data: dataText(message, record, answer) }
}

function typeText(type: string, number: number): string {
  return type.startsWith('UNKNOWN_') ? `TYPE${number}` : type
}

function dataText(message: Buffer, { rdata, rdataStart }: ReadRecord, answer: Answer): string {
  switch (answer.type) {
    case 'A':
    case 'AAAA':
      return answer.data
    case 'NS':
    case 'CNAME':
    case 'DNAME':
    case 'PTR':
      return readName(message, rdataStart).name || '.'
    case 'TXT':
      return readTxt(rdata)
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data
      return [nameText(mname), nameText(rname), serial, refresh, retry, expire, minimum].join(' ')
    }
    case 'MX':
      return `${answer.data.preference} ${nameText(answer.data.exchange)}`
    case 'SRV': {
      const { priority, weight, port, target } = answer.data
      return `${priority} ${weight} ${port} ${nameText(target)}`
    }
    case 'CAA':
      return `${answer.data.flags} ${answer.data.tag} "${answer.data.value}"`
    case 'DS': {
      const { keyTag, algorithm, digestType, digest } = answer.data
      return `${keyTag} ${algorithm} ${digestType} ${digest.toString('hex').toUpperCase()}`
    }
    default:
      return `\\# ${rdata.length}${rdata.length > 0 ? ` ${Buffer.from(rdata).toString('hex')}` : ''}`
  }
}

function nameText(name: string): string {
  return name === '.' ? '.' : name.toLowerCase()
}

function malformed(cause?: unknown): DnsError {
  return new DnsError('DNS_MALFORMED', 'The DNS answer cannot be read: a record does not have the form of its type.', {
    cause,
  })
}

import { decode, encode } from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Message, rcodeName, readHead, readMessage, type WireRecord, writeMessage } from './message.ts'
import { recordTexts } from './record-text.ts'

const name = fc.array(fc.stringMatching(/^[a-z0-9_-]{1,12}$/), { maxLength: 4 }).map((labels) => labels.join('.'))
const uint16 = fc.nat(0xffff)
const record: fc.Arbitrary<WireRecord> = fc.record({
  name,
  type: uint16,
  class: uint16,
  ttl: fc.nat(0xffffffff),
  rdata: fc.uint8Array({ maxLength: 40 }),
})
const records = fc.array(record, { maxLength: 4 })
const message: fc.Arbitrary<Message> = fc.record({
  id: uint16,
  flags: uint16.map((bits) => bits & 0x87f0),
  opcode: fc.nat(15),
  rcode: fc.nat(15),
  questions: fc.array(fc.record({ name, type: uint16, class: uint16 }), { maxLength: 2 }),
  answers: records,
  authorities: records,
  additionals: records,
})
const bare = ({ name, type, class: klass, ttl, rdata }: WireRecord) => ({
  name,
  type,
  class: klass,
  ttl,
  rdata: [...rdata],
})

describe('messages', () => {
  it('read back as they were written', () => {
    fc.assert(
      fc.property(message, (written) => {
        const read = readMessage(writeMessage(written))
        expect(read).toMatchObject({
          id: written.id,
          flags: written.flags,
          opcode: written.opcode,
          rcode: written.rcode,
        })
        expect(read.questions).toEqual(written.questions)
        expect(read.answers.map(bare)).toEqual(written.answers.map(bare))
        expect(read.authorities.map(bare)).toEqual(written.authorities.map(bare))
        expect(read.additionals.map(bare)).toEqual(written.additionals.map(bare))
      }),
    )
  })

  it('are refused when a byte is missing or too many', () => {
    fc.assert(
      fc.property(message, fc.nat(), (written, cut) => {
        const bytes = writeMessage(written)
        const short = bytes.subarray(0, cut % bytes.length)
        for (const wrong of [short, Buffer.concat([bytes, Buffer.of(0)])]) {
          expect(() => readMessage(wrong)).toThrow(expect.objectContaining({ code: 'DNS_MALFORMED' }))
        }
      }),
    )
  })

  it('throw nothing but DNS_MALFORMED for any bytes', () => {
    const header = fc.tuple(uint16, fc.uint8Array({ minLength: 8, maxLength: 8 })).map(([id, rest]) => {
      const counts = rest.map((octet, index) => (index % 2 === 0 ? 0 : octet % 4))
      return Buffer.concat([Buffer.of(id >> 8, id & 255, 0x84, 0), counts])
    })
    const noise = fc.tuple(header, fc.uint8Array({ maxLength: 200 })).map((parts) => Buffer.concat(parts))
    fc.assert(
      fc.property(noise, (bytes) => {
        for (const read of [readMessage, readHead, recordTexts]) {
          try {
            read(bytes)
          } catch (error) {
            expect(error).toMatchObject({ code: 'DNS_MALFORMED' })
          }
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('agree with dns-packet', () => {
    const written = encode({
      type: 'response',
      id: 7,
      questions: [{ name: 'example.test', type: 'TXT' }],
      answers: [{ name: 'example.test', type: 'CNAME', ttl: 5, data: 'www.example.test' }],
    })
    const read = readMessage(written)
    expect(read.answers).toMatchObject([{ name: 'example.test', type: 5, class: 1, ttl: 5 }])
    expect(decode(writeMessage(read))).toEqual(decode(written))
  })

  it('name their response codes', () => {
    expect([0, 3, 5, 9, 11, 16].map(rcodeName)).toEqual([
      'NOERROR',
      'NXDOMAIN',
      'REFUSED',
      'NOTAUTH',
      'RCODE_11',
      'BADVERS',
    ])
  })
})

describe('record texts', () => {
  const text = (answer: Parameters<typeof encode>[0]['answers']) => {
    const bytes = encode({ type: 'response', questions: [], answers: answer })
    return recordTexts(bytes).answers.map(({ type, data }) => `${type} ${data}`)
  }

  it('are those of a zone file', () => {
    expect(
      text([
        { name: 'a.test', type: 'A', data: '192.0.2.1' },
        { name: 'a.test', type: 'AAAA', data: '2001:db8::1' },
        { name: 'a.test', type: 'TXT', data: ['dnslink=', '/ipfs/x'] },
        { name: 'a.test', type: 'NS', data: 'NS1.Example.Test' },
        { name: 'a.test', type: 'MX', data: { preference: 10, exchange: 'mail.test' } },
        { name: 'a.test', type: 'CAA', data: { flags: 0, tag: 'issue', value: 'ca.test' } },
        {
          name: 'a.test',
          type: 'DS',
          data: { keyTag: 60485, algorithm: 5, digestType: 1, digest: Buffer.from('2bb183af', 'hex') },
        },
        { name: 'a.test', type: 'NULL', data: Buffer.from('ab', 'hex') },
      ]),
    ).toEqual([
      'A 192.0.2.1',
      'AAAA 2001:db8::1',
      'TXT dnslink=/ipfs/x',
      'NS ns1.example.test',
      'MX 10 mail.test',
      'CAA 0 issue "ca.test"',
      'DS 60485 5 1 2BB183AF',
      'NULL \\# 1 ab',
    ])
  })
})

import { dsse } from '@sigstore/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeEnvelope, ENVELOPE_MAX_BYTES, type Envelope, encodeEnvelope, preAuthEncoding } from './dsse.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const envelopes: fc.Arbitrary<Envelope> = fc.record({
  payloadType: fc.string({ unit: 'grapheme' }),
  payload: fc.uint8Array({ maxLength: 300 }),
  signatures: fc.array(fc.record({ keyid: fc.string({ unit: 'grapheme' }), sig: fc.uint8Array({ maxLength: 80 }) })),
})
const envelope: Envelope = {
  payloadType: 'text/plain',
  payload: utf8('hello'),
  signatures: [
    { keyid: 'a', sig: utf8('one') },
    { keyid: 'b', sig: utf8('two') },
  ],
}
const json = new TextDecoder().decode(encodeEnvelope(envelope))

describe('the pre-authentication encoding', () => {
  it('is the one of the standard', () => {
    const text = new TextDecoder().decode(
      preAuthEncoding({ payloadType: 'http://example.com/HelloWorld', payload: utf8('hello world') }),
    )
    expect(text).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
  })

  it('is the one of sigstore, for any type and payload', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (payloadType, payload) => {
        const theirs = dsse.preAuthEncoding(payloadType, Buffer.from(payload))
        expect(Buffer.compare(preAuthEncoding({ payloadType, payload }), theirs)).toBe(0)
      }),
    )
  })
})

describe('an envelope', () => {
  it('has one form', () => {
    expect(json).toBe(
      '{"payloadType":"text/plain","payload":"aGVsbG8=","signatures":[{"keyid":"a","sig":"b25l"},{"keyid":"b","sig":"dHdv"}]}',
    )
  })

  it('comes back as it was', () => {
    fc.assert(
      fc.property(envelopes, (any) => {
        expect(decodeEnvelope(encodeEnvelope(any))).toEqual(any)
      }),
    )
  })

  it('is either refused or the same bytes again, whatever is changed in it', () => {
    const bytes = encodeEnvelope(envelope)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = bytes.slice()
        changed[at]! ^= mask
        let again: Uint8Array
        try {
          again = encodeEnvelope(decodeEnvelope(changed))
        } catch (error) {
          expect(error).toMatchObject({ code: 'ENVELOPE_MALFORMED' })
          return
        }
        expect(again).toEqual(changed)
      }),
      { numRuns: 1000 },
    )
  })

  it('refuses any other bytes at all with its own code', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8)), (bytes) => {
        expect(() => decodeEnvelope(bytes)).toThrow(expect.objectContaining({ code: 'ENVELOPE_MALFORMED' }))
      }),
    )
  })

  it.each<[string, string]>([
    ['nothing', ''],
    ['a trailing line break', `${json}\n`],
    ['a trailing byte', `${json}x`],
    ['a second envelope behind', json + json],
    ['a byte order mark', `\uFEFF${json}`],
    ['white space', JSON.stringify(JSON.parse(json), null, 1)],
    ['a repeated key', json.replace('"payload":', '"payload":"AA==","payload":')],
    ['a repeated key in a signature', json.replace('"keyid":"a"', '"keyid":"z","keyid":"a"')],
    ['an unknown key', json.replace(/}$/, ',"extra":1}')],
    ['an unknown key in a signature', json.replace('"sig":"b25l"', '"sig":"b25l","cert":""')],
    ['__proto__', json.replace(/}$/, ',"__proto__":{}}')],
    ['another order of keys', json.replace('"keyid":"a","sig":"b25l"', '"sig":"b25l","keyid":"a"')],
    ['an escape where none is due', json.replace('text/plain', 'text\\/plain')],
    ['base64 without padding', json.replace('aGVsbG8=', 'aGVsbG8')],
    ['base64 with loose bits', json.replace('aGVsbG8=', 'aGVsbG9=')],
    ['base64 with white space', json.replace('aGVsbG8=', 'aGVs bG8=')],
    ['base64url', json.replace('b25l', 'b2-_')],
    ['a payload that is no text', json.replace('"aGVsbG8="', '1')],
    ['a type that is no text', json.replace('"text/plain"', 'null')],
    ['signatures that are no list', json.replace(/\[.*\]/, '{}')],
    ['a signature that is no object', json.replace(/\[.*\]/, '["b25l"]')],
    ['a key id that is no text', json.replace('"keyid":"a"', '"keyid":1')],
    ['a signature without bytes', json.replace(',"sig":"b25l"', '')],
    ['a list', '[]'],
    ['null', 'null'],
  ])('refuses %s', (_, text) => {
    expect(text).not.toBe(json)
    expect(() => decodeEnvelope(utf8(text))).toThrow(expect.objectContaining({ code: 'ENVELOPE_MALFORMED' }))
  })

  it('refuses what is not UTF-8', () => {
    const bytes = utf8(json)
    bytes[json.indexOf('text')] = 0xff
    expect(() => decodeEnvelope(bytes)).toThrow(expect.objectContaining({ code: 'ENVELOPE_MALFORMED' }))
  })

  it('refuses more than 64 MiB before it looks inside', () => {
    expect(() => decodeEnvelope(new Uint8Array(ENVELOPE_MAX_BYTES + 1))).toThrow(
      expect.objectContaining({ code: 'ENVELOPE_TOO_LARGE' }),
    )
  })

  it('reads a payload of 40 MB', () => {
    const payload = new Uint8Array(40_000_000).fill(0x5a)
    const again = decodeEnvelope(encodeEnvelope({ ...envelope, payload })).payload
    expect(Buffer.compare(again, payload)).toBe(0)
  })
})

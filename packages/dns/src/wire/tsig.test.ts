import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMessage } from './message.ts'
import { findTsig, signMessage, type TsigKey, tsigKey, verifyMessage } from './tsig.ts'
import { writeUpdate } from './update-message.ts'

const NOW = 1_800_000_000
const secret = (fill: string) => Buffer.alloc(32, fill).toString('base64')
const key = tsigKey({ name: 'Agent.Test.', secret: secret('a') })
const update = writeUpdate(
  { zone: 'example.test', prerequisites: [], changes: [{ kind: 'delete-name', name: 'a.example.test' }] },
  4711,
)

function verify(
  bytes: Buffer,
  options: { key?: TsigKey | undefined; nowSeconds?: number; requestMac?: Uint8Array } = {},
) {
  const found = findTsig(readMessage(bytes))
  if (!found) return 'unsigned'
  return verifyMessage(bytes, found, { key, nowSeconds: NOW, ...options })
}

describe('TSIG', () => {
  const signed = signMessage(update, key, { timeSeconds: NOW }).message

  it('verifies what it signed, with every algorithm', () => {
    expect(verify(signed)).toBe('valid')
    for (const algorithm of ['hmac-sha256', 'HMAC-SHA384.', 'hmac-sha512']) {
      const other = tsigKey({ name: 'k', secret: secret('b'), algorithm })
      expect(verify(signMessage(update, other, { timeSeconds: NOW }).message, { key: other })).toBe('valid')
    }
  })

  it('survives a forwarder that changes the message id (RFC 8945, 5.3.1)', () => {
    const forwarded = Buffer.from(signed)
    forwarded.writeUInt16BE(1, 0)
    expect(verify(forwarded)).toBe('valid')
  })

  it('notices every change of any other bit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: signed.length * 8 - 1 }), (bit) => {
        const forged = Buffer.from(signed)
        forged[bit >> 3]! ^= 1 << (bit & 7)
        let result: string
        try {
          result = verify(forged)
        } catch (error) {
          result = (error as { code: string }).code
        }
        // The case of a name does not count, in DNS and in the digest of the key's and algorithm's names.
        const letter = /[a-z]/i.test(String.fromCharCode(signed[bit >> 3]!)) && (bit & 7) === 5
        if (!letter) expect(result).not.toBe('valid')
      }),
      { numRuns: 2_000 },
    )
  })

  it('does not know a key by another name or algorithm', () => {
    expect(verify(signed, { key: undefined })).toBe('BADKEY')
    expect(verify(signed, { key: { ...key, name: 'other' } })).toBe('BADKEY')
    expect(verify(signed, { key: { ...key, algorithm: 'hmac-sha512' } })).toBe('BADKEY')
    expect(verify(signed, { key: tsigKey({ name: 'agent.test', secret: secret('b') }) })).toBe('BADSIG')
  })

  it('holds for five minutes either way', () => {
    expect(verify(signed, { nowSeconds: NOW + 300 })).toBe('valid')
    expect(verify(signed, { nowSeconds: NOW - 300 })).toBe('valid')
    expect(verify(signed, { nowSeconds: NOW + 301 })).toBe('BADTIME')
    expect(verify(signed, { nowSeconds: NOW - 301 })).toBe('BADTIME')
  })

  it('ties an answer to its request', () => {
    const { mac: requestMac } = signMessage(update, key, { timeSeconds: NOW })
    const answer = signMessage(update, key, { timeSeconds: NOW, requestMac }).message
    expect(verify(answer, { requestMac })).toBe('valid')
    expect(verify(answer)).toBe('BADSIG')
    expect(verify(answer, { requestMac: Uint8Array.from(requestMac).fill(0) })).toBe('BADSIG')
  })

  it('must be the last record', () => {
    const twice = signMessage(signed, key, { timeSeconds: NOW }).message
    expect(() => verify(twice)).toThrow(expect.objectContaining({ code: 'DNS_MALFORMED' }))
  })

  it('takes no truncated MAC', () => {
    const { mac } = signMessage(update, key, { timeSeconds: NOW })
    const found = findTsig(readMessage(signed))!
    const cut = { ...found, tsig: { ...found.tsig, mac: mac.subarray(0, 16) } }
    expect(verifyMessage(signed, cut, { key, nowSeconds: NOW })).toBe('BADSIG')
  })

  it('refuses a key that is none', () => {
    for (const wrong of [
      { name: 'k', secret: 'not base64!' },
      { name: 'k', secret: 'c2hvcnQ=' },
      { name: 'k', secret: '' },
      { name: 'k', secret: secret('a'), algorithm: 'hmac-md5.sig-alg.reg.int' },
      { name: 'k', secret: secret('a'), algorithm: 'toString' },
    ]) {
      expect(() => tsigKey(wrong)).toThrow(expect.objectContaining({ code: 'DNS_KEY_INVALID' }))
    }
  })
})

import fc from 'fast-check'
import { base36 } from 'multiformats/bases/base36'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { comparableLink, dnsLinkText, readDnsLinkValue } from './dnslink-value.ts'

const A = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'
const B = 'bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku'
const cid = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((digest) => CID.createV1(0x70, Digest.create(0x12, digest)))

describe('DNSLink values', () => {
  it('read back every CID that was written, in any of its spellings', () => {
    fc.assert(
      fc.property(cid, (root) => {
        const link = { kind: 'link', cid: root.toString() }
        expect(readDnsLinkValue([dnsLinkText(root.toString())])).toEqual(link)
        for (const spelling of [root.toV0().toString(), root.toString(base36.encoder)]) {
          expect(readDnsLinkValue([`dnslink=/ipfs/${spelling}`])).toEqual(link)
          expect(dnsLinkText(spelling)).toBe(`dnslink=/ipfs/${root}`)
        }
      }),
    )
  })

  it('never throw, for any texts, and are a link only for a CID', () => {
    const value = fc.oneof(
      fc.string(),
      fc.string().map((text) => `dnslink=${text}`),
      fc.string().map((text) => `dnslink=/ipfs/${text}`),
    )
    fc.assert(
      fc.property(fc.array(value, { maxLength: 4 }), (texts) => {
        const read = readDnsLinkValue(texts)
        if (read.kind === 'link') expect(CID.parse(read.cid).toV1().toString()).toBe(read.cid)
        if (read.kind === 'none') expect(texts.some((text) => text.startsWith('dnslink='))).toBe(false)
        expect(comparableLink(texts) === undefined).toBe(read.kind === 'none')
      }),
    )
  })

  it('are none where other TXT values stand', () => {
    expect(readDnsLinkValue([])).toEqual({ kind: 'none' })
    expect(readDnsLinkValue(['v=spf1 -all', 'dns=link', ' dnslink=/ipfs/x', 'DNSLINK=/ipfs/x'])).toEqual({
      kind: 'none',
    })
  })

  it('are one link when the same is said twice', () => {
    expect(readDnsLinkValue([`dnslink=/ipfs/${A}`, `dnslink=/ipfs/${A}/`, 'other'])).toEqual({ kind: 'link', cid: A })
  })

  it('are invalid, as they stand, when they differ or name no CID', () => {
    const wrong = [
      [`dnslink=/ipfs/${B}`, `dnslink=/ipfs/${A}`],
      [`dnslink=/ipfs/${A}`, 'dnslink=/ipns/example.net'],
      ['dnslink=/ipns/example.net'],
      ['dnslink=/ipfs/not-a-cid'],
      ['dnslink=/ipfs/'],
      ['dnslink='],
      [`dnslink=${A}`],
      [`dnslink=/ipfs/${A}/index.html`],
      [`dnslink=/ipfs/${A} `],
      [`dnslink=/ipfs/${A.slice(0, -1)}`],
    ]
    for (const texts of wrong) {
      expect(readDnsLinkValue([...texts, 'other'])).toEqual({ kind: 'invalid', values: texts.toSorted() })
    }
  })

  it('compare by the CID, or by the values as they stand', () => {
    expect(comparableLink(['other'])).toBeUndefined()
    expect(comparableLink([`dnslink=/ipfs/${A}`])).toBe(A)
    expect(comparableLink([`dnslink=/ipfs/${B}`, `dnslink=/ipfs/${A}`])).toBe(`/ipfs/${A} /ipfs/${B}`)
    expect(comparableLink(['dnslink=/ipns/x'])).toBe('/ipns/x')
  })

  it('are not made of what is no CID', () => {
    for (const text of ['', 'x', `/ipfs/${A}`, `${A}"`]) {
      expect(() => dnsLinkText(text)).toThrow(expect.objectContaining({ code: 'DNS_CID_INVALID' }))
    }
  })
})

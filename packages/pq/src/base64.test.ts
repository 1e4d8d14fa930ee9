import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64 } from './base64.ts'

describe('base64', () => {
  it('is what Node writes, and comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
        expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
      }),
    )
  })

  it.each([12_287, 12_288, 12_289, 24_576, 100_003])('joins its chunks without a seam at %i bytes', (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 31)
    expect(encodeBase64(bytes) === Buffer.from(bytes).toString('base64')).toBe(true)
    expect(Buffer.compare(decodeBase64(encodeBase64(bytes))!, bytes)).toBe(0)
  })

  it.each(['AA', 'AA=', 'AB==', 'AA==\n', ' AA==', 'AA ==', 'A-_=', 'AAA=AAA=', '=', 'ä', 'AA==AA=='])(
    'refuses %j, which is not the one spelling',
    (text) => {
      expect(decodeBase64(text)).toBeUndefined()
    },
  )
})

import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { expect, it } from 'vitest'
import { hashFromRoot, rootFromHash } from './root-hash.ts'

it('converts a digest to a root and back without loss', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (digest) => {
      const hash = `0x${Buffer.from(digest).toString('hex')}` as const
      const root = rootFromHash(hash)
      expect(root.toString()).toMatch(/^bafybei/)
      expect(hashFromRoot(CID.parse(root.toString()))).toBe(hash)
    }),
  )
})

it.each([
  ['a raw block', 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'],
  ['CIDv0', 'QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn'],
])('refuses %s as a root', (_, cid) => {
  expect(() => hashFromRoot(CID.parse(cid))).toThrow(expect.objectContaining({ code: 'ROOT_CID_INVALID' }))
})

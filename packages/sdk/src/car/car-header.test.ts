import { rawCidFromSha256, rootFromHash } from '@domainsync/core'
import { CarBufferWriter, CarReader } from '@ipld/car'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { expect, it } from 'vitest'
import { type CarBlock, carBytes } from './car-bytes.ts'
import { decodeCarHeader, encodeCarHeader } from './car-header.ts'

const digests = fc.uint8Array({ minLength: 32, maxLength: 32 })
const roots = fc.array(
  digests.chain((digest) =>
    fc.constantFrom(rawCidFromSha256(digest), rootFromHash(`0x${Buffer.from(digest).toString('hex')}`)),
  ),
  { minLength: 1, maxLength: 23 },
)

it('writes the header that @ipld/car writes, and reads it back', () => {
  fc.assert(
    fc.property(roots, (all) => {
      const buffer = new ArrayBuffer(CarBufferWriter.headerLength({ roots: all }))
      const theirs = CarBufferWriter.createWriter(buffer, { roots: all }).close()
      const ours = encodeCarHeader(all)
      expect(Buffer.from(theirs).subarray(-ours.length)).toEqual(Buffer.from(ours))
      expect(decodeCarHeader(ours)?.map(String)).toEqual(all.map(String))
    }),
  )
})

it('reads no other header', () => {
  const header = encodeCarHeader([rawCidFromSha256(new Uint8Array(32).fill(1))])
  fc.assert(
    fc.property(fc.nat(header.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Uint8Array.from(header)
      changed[at]! ^= flip
      const read = decodeCarHeader(changed)
      if (read !== undefined) expect(Buffer.from(encodeCarHeader(read))).toEqual(Buffer.from(changed))
    }),
    { numRuns: 1_000 },
  )
  expect(decodeCarHeader(new Uint8Array())).toBeUndefined()
  expect(decodeCarHeader(encodeCarHeader([]))).toEqual([])
})

it('writes other CIDs too, and has no header for more than 23', () => {
  const [v0, identity] = [CID.parse('QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'), CID.parse('bafkqaaa')]
  for (const root of [v0, identity]) {
    const buffer = new ArrayBuffer(CarBufferWriter.headerLength({ roots: [root] }))
    const theirs = Buffer.from(CarBufferWriter.createWriter(buffer, { roots: [root] }).close())
    expect(theirs.subarray(1)).toEqual(Buffer.from(encodeCarHeader([root])))
    expect(decodeCarHeader(encodeCarHeader([root]))).toBeUndefined()
  }
  expect(() => encodeCarHeader(Array.from({ length: 24 }, () => v0.toV1()))).toThrow(TypeError)
})

it('makes CARs of two roots that other tools read', async () => {
  const [one, two] = [rawCidFromSha256(new Uint8Array(32).fill(1)), rawCidFromSha256(new Uint8Array(32).fill(2))]
  async function* blocks(): AsyncIterable<CarBlock> {
    yield { cid: one, bytes: new Uint8Array(100_000) }
    yield { cid: two, bytes: new Uint8Array() }
  }
  const read = await CarReader.fromIterable(carBytes([two, one], blocks()))
  expect((await read.getRoots()).map(String)).toEqual([`${two}`, `${one}`])
  expect((await read.get(one))?.bytes.length).toBe(100_000)
  expect((await read.get(two))?.bytes.length).toBe(0)
})

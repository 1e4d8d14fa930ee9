import fc from 'fast-check'
import { UnixFS } from 'ipfs-unixfs'
import { expect, it } from 'vitest'
import { fileNodeData } from './file-node-data.ts'

const GIB = 1024 ** 3
/** Sums that the encoder of `ipfs-unixfs` gets right. */
const isRight = (sizeBytes: number) => sizeBytes < 2 * GIB || sizeBytes >= 4 * GIB

it('is what ipfs-unixfs writes, where that is right', () => {
  const size = fc.oneof(
    fc.nat(300),
    fc.constantFrom(1, 127, 128, 16_383, 16_384, GIB),
    fc.integer({ min: 0, max: 2 ** 45 }),
  )
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 20 }), (sizes) => {
      fc.pre([...sizes, sizes.reduce((sum, one) => sum + one, 0)].every(isRight))
      const theirs = new UnixFS({ type: 'file', blockSizes: sizes.map(BigInt) }).marshal()
      expect(Buffer.from(fileNodeData(sizes)).toString('hex')).toBe(Buffer.from(theirs).toString('hex'))
    }),
  )
})

it('is right from 2 to 4 GiB too, where ipfs-unixfs writes zeros', () => {
  // As Kubo 0.42 has it for a file of 3 GiB and 12,345 bytes.
  const kubo = '080218b9e080800c20808080800420808080800420808080800420b960'
  expect(Buffer.from(fileNodeData([GIB, GIB, GIB, 12_345])).toString('hex')).toBe(kubo)
  expect(UnixFS.unmarshal(fileNodeData([2 * GIB, 3 * GIB])).blockSizes).toEqual([2n * BigInt(GIB), 3n * BigInt(GIB)])
})

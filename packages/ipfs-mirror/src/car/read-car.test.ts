import { DAG_PB, RAW, rawCidFromSha256, SHA2_256 } from '@domainsync/core'
import { CarBufferWriter, CarReader } from '@ipld/car'
import fc from 'fast-check'
import { varint } from 'multiformats'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildDirectory } from '../import/build-directory.ts'
import type { Block } from '../store/block-store.ts'
import { sha256 } from './block-fault.ts'
import { collect } from './collect.test.support.ts'
import { type ReadCarOptions, readCar } from './read-car.ts'
import { writeCar } from './write-car.ts'

/** Blocks of a small site, the root last; `shared` is linked twice. */
let blocks: Block[]
let root: CID
let car: Uint8Array

function leaf(text: string): Block {
  const bytes = new TextEncoder().encode(text)
  return { cid: rawCidFromSha256(sha256(bytes)), bytes }
}

async function directory(entries: Record<string, Block>): Promise<Block> {
  let made: Block | undefined
  const links = Object.entries(entries).map(([name, { cid, bytes }]) => ({ name, cid, dagBytes: bytes.length }))
  await buildDirectory(links, (block) => {
    made = block
    return undefined
  })
  return made!
}

function sourceOf(held: readonly Block[]) {
  return { name: 'test', get: async (cid: CID) => held.find((block) => block.cid.equals(cid))?.bytes }
}

beforeAll(async () => {
  const shared = leaf('shared')
  const page = leaf('page')
  const below = await directory({ shared, page })
  const top = await directory({ 'a.html': shared, below, 'z.html': leaf('z') })
  blocks = [shared, page, below, leaf('z'), top]
  root = top.cid
  car = Buffer.concat(await collect(writeCar(root, sourceOf(blocks))))
})

async function* inPieces(bytes: Uint8Array, sizeBytes = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes)
}

/** Reads a CAR and gives what was handed on. */
async function read(bytes: Uint8Array, options: Partial<ReadCarOptions> & { pieceBytes?: number } = {}) {
  const taken: Block[] = []
  const into = { put: async (some: Iterable<Block>) => void taken.push(...some) }
  const contents = await readCar(inPieces(bytes, options.pieceBytes), { root, into, ...options })
  return { contents, taken }
}

/** A CAR of any blocks in any order, well formed but perhaps untrue. */
function carOf(some: readonly Block[], roots: CID[] = [root]): Uint8Array {
  const header = CarBufferWriter.createWriter(new ArrayBuffer(CarBufferWriter.headerLength({ roots })), {
    roots,
  }).close()
  const parts = [header]
  for (const { cid, bytes } of some) {
    const length = cid.bytes.length + bytes.length
    parts.push(varint.encodeTo(length, new Uint8Array(varint.encodingLength(length))), cid.bytes, bytes)
  }
  return Buffer.concat(parts)
}

/** The blocks in the order of the CAR. */
function ordered(): Block[] {
  const [shared, page, below, z, top] = blocks as [Block, Block, Block, Block, Block]
  return [top, shared, below, page, z]
}

describe('writeCar', () => {
  it('writes a CARv1 that other software reads: one root, every block once, depth first', async () => {
    const reader = await CarReader.fromBytes(car)
    expect((await reader.getRoots()).map(String)).toEqual([root.toString()])
    const cids = (await collect(reader.blocks())).map(({ cid }) => cid.toString())
    expect(cids).toEqual(ordered().map(({ cid }) => cid.toString()))
    expect(Buffer.from(car).equals(carOf(ordered()))).toBe(true)
  })

  it('writes the same bytes however slow or unordered its source answers', async () => {
    const source = sourceOf(blocks)
    const late = {
      name: 'late',
      async get(cid: CID) {
        for (let i = 0; i < cid.multihash.digest[0]! % 9; i++) await new Promise(setImmediate)
        return source.get(cid)
      },
    }
    expect(Buffer.concat(await collect(writeCar(root, late))).equals(car)).toBe(true)
  })

  it('fails rather than write a block that its source lacks or falsifies', async () => {
    const without = sourceOf(blocks.filter(({ cid }) => cid !== blocks[1]!.cid))
    await expect(collect(writeCar(root, without))).rejects.toMatchObject({ code: 'BLOCK_MISSING' })
    const lying = { name: 'liar', get: async (cid: CID) => (await sourceOf(blocks).get(cid))?.with(0, 1) }
    await expect(collect(writeCar(root, lying))).rejects.toMatchObject({ code: 'BLOCK_MISMATCH' })
  })
})

describe('readCar', () => {
  it('hands on every block once, however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), async (pieceBytes) => {
        const { contents, taken } = await read(car, { pieceBytes })
        expect(taken.map(({ cid }) => cid.toString())).toEqual(ordered().map(({ cid }) => cid.toString()))
        for (const { cid, bytes } of taken) expect(bytes).toEqual(await sourceOf(blocks).get(cid).then(plain))
        expect(contents.blocks).toBe(blocks.length)
        expect(contents.sizeBytes).toBe(blocks.reduce((sum, { bytes }) => sum + bytes.length, 0))
      }),
    )
    function plain(bytes: Uint8Array | undefined) {
      return expect.objectContaining({ length: bytes!.length, ...bytes })
    }
  })

  it('refuses a CAR cut at any byte', async () => {
    for (let length = 0; length < car.length; length++) {
      const reading = read(car.subarray(0, length))
      await expect(reading, `${length} bytes`).rejects.toMatchObject({
        code: expect.stringMatching(/^CAR_(TRUNCATED|INCOMPLETE)$/),
      })
    }
  })

  it('refuses a CAR with any one byte changed, and hands on no wrong block', async () => {
    const known = new Map(blocks.map(({ cid, bytes }) => [cid.toString(), Buffer.from(bytes)]))
    await fc.assert(
      fc.asyncProperty(fc.nat(car.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const taken: Block[] = []
        const into = { put: async (some: Iterable<Block>) => void taken.push(...some) }
        const changed = Uint8Array.from(car, (byte, i) => (i === at ? byte ^ mask : byte))
        await expect(readCar(inPieces(changed), { root, into })).rejects.toMatchObject({
          code: expect.stringMatching(/^CAR_/),
        })
        for (const { cid, bytes } of taken) expect(known.get(cid.toString())?.equals(bytes)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('refuses bytes that are not a CAR at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await expect(read(bytes)).rejects.toMatchObject({ code: expect.stringMatching(/^CAR_/) })
      }),
      { numRuns: 300 },
    )
    await expect(
      read(Buffer.from('<!doctype html><title>404 Not Found</title><p>The server has no such thing.')),
    ).rejects.toMatchObject({ code: 'CAR_MALFORMED' })
  })

  const other = leaf('something else')
  const cases: [string, string, () => Uint8Array][] = [
    ['nothing', 'CAR_TRUNCATED', () => new Uint8Array()],
    ['another root', 'CAR_ROOT_MISMATCH', () => carOf(ordered(), [other.cid])],
    ['no root', 'CAR_ROOT_MISMATCH', () => carOf(ordered(), [])],
    ['a second root', 'CAR_ROOT_MISMATCH', () => carOf(ordered(), [root, other.cid])],
    ['only a header', 'CAR_INCOMPLETE', () => carOf([])],
    ['a block missing', 'CAR_INCOMPLETE', () => carOf(ordered().slice(0, -1))],
    ['a tampered block', 'CAR_BLOCK_MISMATCH', () => carOf(ordered().with(1, { ...leaf('x'), cid: blocks[0]!.cid }))],
    ['a block that is not linked', 'CAR_BLOCK_UNEXPECTED', () => carOf([...ordered(), other])],
    ['children before their parents', 'CAR_BLOCK_UNEXPECTED', () => carOf(ordered().toReversed())],
    ['a block of another codec', 'CAR_BLOCK_UNSUPPORTED', () => carOf([{ ...other, cid: recode(other.cid, 0x71) }])],
    [
      'an identity block',
      'CAR_BLOCK_UNSUPPORTED',
      () => carOf([{ cid: CID.parse('bafkqaaa'), bytes: new Uint8Array() }]),
    ],
    ['a CIDv0', 'CAR_BLOCK_UNSUPPORTED', () => carOf([{ cid: blocks[4]!.cid.toV0(), bytes: blocks[4]!.bytes }])],
    ['a block without a CID', 'CAR_MALFORMED', () => Buffer.concat([carOf([]), Buffer.from([2, 9, 9])])],
    ['an empty frame', 'CAR_MALFORMED', () => Buffer.concat([carOf(ordered()), Buffer.from([0])])],
    ['a padded length', 'CAR_MALFORMED', () => Buffer.concat([carOf([]), Buffer.from([0x85, 0x80, 0])])],
    ['an endless header', 'CAR_MALFORMED', () => Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 1])],
    [
      'an endless block',
      'CAR_BLOCK_TOO_LARGE',
      () => Buffer.concat([carOf([]), Buffer.from([0xff, 0xff, 0xff, 0x7f])]),
    ],
    ['a length without end', 'CAR_BLOCK_TOO_LARGE', () => Buffer.concat([carOf([]), Buffer.alloc(20, 0xff)])],
  ]
  function recode(cid: CID, code: number): CID {
    return CID.createV1(code, cid.multihash)
  }

  it.each(cases)('refuses a CAR with %s (%s)', async (_what, code, make) => {
    await expect(read(make())).rejects.toMatchObject({ code, message: expect.stringMatching(/\.$/) })
  })

  it('refuses a directory that links to what no release holds', async () => {
    const node = await directory({ x: { ...leaf('x'), cid: recode(leaf('x').cid, 0x71) } })
    await expect(read(carOf([node], [node.cid]), { root: node.cid })).rejects.toMatchObject({ code: 'CAR_MALFORMED' })
  })

  it('refuses bytes named dag-pb that are none', async () => {
    const bytes = new TextEncoder().encode('not a node')
    const cid = CID.createV1(DAG_PB, Digest.create(SHA2_256, sha256(bytes)))
    await expect(read(carOf([{ cid, bytes }], [cid]), { root: cid })).rejects.toMatchObject({ code: 'CAR_MALFORMED' })
  })

  it('does not take a raw block for the directory that has the same bytes', async () => {
    const below = blocks[2]!
    const decoy = { cid: CID.createV1(RAW, below.cid.multihash), bytes: below.bytes }
    const top = await directory({ a: decoy, b: below })
    const reading = read(carOf([top, decoy], [top.cid]), { root: top.cid })
    await expect(reading).rejects.toMatchObject({ code: 'CAR_INCOMPLETE' })
    const { taken } = await read(carOf([top, decoy, below, blocks[0]!, blocks[1]!], [top.cid]), { root: top.cid })
    expect(taken.length).toBe(5)
  })

  it('skips repeated blocks', async () => {
    const { taken } = await read(carOf([...ordered(), ...ordered()]))
    expect(taken.length).toBe(blocks.length)
  })

  it('holds to the limits on blocks and on the whole', async () => {
    await expect(read(car, { maxBlockBytes: 100 })).rejects.toMatchObject({ code: 'CAR_BLOCK_TOO_LARGE' })
    const sizeBytes = blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)
    await expect(read(car, { quotaBytes: sizeBytes - 1 })).rejects.toMatchObject({ code: 'CAR_QUOTA_EXCEEDED' })
    await read(car, { quotaBytes: sizeBytes })
    const twice = carOf([...ordered(), ...ordered()])
    await expect(read(twice, { quotaBytes: sizeBytes })).rejects.toMatchObject({ code: 'CAR_QUOTA_EXCEEDED' })
  })

  it('stops reading the stream when it refuses or is told to stop', async () => {
    let returned = false
    async function* endless() {
      try {
        yield car
        for (;;) {
          await new Promise(setImmediate)
          yield car.subarray(59)
        }
      } finally {
        returned = true
      }
    }
    const controller = new AbortController()
    const into = { put: async () => undefined }
    setImmediate(() => controller.abort(new Error('enough')))
    await expect(readCar(endless(), { root, into, signal: controller.signal })).rejects.toThrow('enough')
    expect(returned).toBe(true)
  })
})

import type { Address, Bytes32 } from '@domainsync/core'
import { SimpleMerkleTree } from '@openzeppelin/merkle-tree'
import { AbiCoder, keccak256 } from 'ethers'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildFeed } from './build-feed.ts'
import { type FeedLeaf, leafHash, NO_LEAF, nextLeaf } from './feed-leaf.ts'
import { encodeFeedManifest, type FeedPlace, readFeedManifest } from './feed-manifest.ts'

const PLACE: FeedPlace = { chainId: 31337, registry: `0x${'11'.repeat(20)}`, feed: `0x${'fe'.repeat(20)}` }
const hex = (bytes: number) => (number: number) => `0x${number.toString(16).padStart(bytes * 2, '0')}` as const
const address = hex(20)
const hash = hex(32)

const leaf = fc
  .record({
    domain: fc.nat().map(address),
    ipfsHash: fc.nat().map(hash),
    release: fc.integer({ min: 0, max: 0xffff_ffff }),
    previousLeaf: fc.nat().map(hash),
    success: fc.boolean(),
  })
  .map((one): FeedLeaf => one)
const leaves = fc.uniqueArray(leaf, { minLength: 1, maxLength: 40, selector: ({ domain }) => domain })

const text = (feed: ReturnType<typeof buildFeed>) =>
  [...encodeFeedManifest(feed, PLACE)].map((chunk) => new TextDecoder().decode(chunk)).join('')

async function* inPieces(manifest: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(manifest)
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

const read = (manifest: string, { root, size = 7 }: { root: Bytes32; size?: number }) =>
  readFeedManifest(inPieces(manifest, size), { ...PLACE, root })

describe('leafHash', () => {
  it('is the double keccak256 of the struct as ethers encodes it', () => {
    const types = ['address', 'bytes32', 'uint32', 'bytes32', 'bool']
    fc.assert(
      fc.property(leaf, (one) => {
        const encoded = AbiCoder.defaultAbiCoder().encode(types, Object.values(one))
        expect(leafHash(one)).toBe(keccak256(keccak256(encoded)))
      }),
    )
  })

  it('refuses what the registry could not hold', () => {
    const good = nextLeaf(undefined, { domain: address(1), ipfsHash: hash(2) })
    for (const wrong of [
      { domain: '0x1' as Address },
      { domain: good.domain.toUpperCase() as Address },
      { ipfsHash: hash(2).slice(0, -1) as Bytes32 },
      { release: 2 ** 32 },
      { release: -1 },
      { release: 1.5 },
      { previousLeaf: '' as Bytes32 },
    ]) {
      expect(() => leafHash({ ...good, ...wrong })).toThrow(expect.objectContaining({ code: 'FEED_LEAF_INVALID' }))
    }
  })
})

describe('nextLeaf', () => {
  it('counts up and chains to the leaf before', () => {
    const first = nextLeaf(undefined, { domain: address(1), ipfsHash: hash(2) })
    const second = nextLeaf(first, { domain: address(1), ipfsHash: hash(3) })
    expect([first.release, first.previousLeaf]).toEqual([1, NO_LEAF])
    expect([second.release, second.previousLeaf]).toEqual([2, leafHash(first)])
  })
})

describe('a feed', () => {
  it('has the same root whatever the order of its leaves, and a proof for each that leads to it', () => {
    fc.assert(
      fc.property(leaves, (list) => {
        const feed = buildFeed(list)
        expect(buildFeed(list.toReversed()).root).toBe(feed.root)
        for (const one of list) {
          expect(feed.leafOf(one.domain)).toBe(one)
          const proof = feed.proofOf(one.domain) as string[]
          expect(SimpleMerkleTree.verify(feed.root, leafHash(one), proof)).toBe(true)
          expect(proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(list.length)))
        }
      }),
      { numRuns: 30 },
    )
  })

  it('refuses no leaf, two of one domain, and a domain that it does not have', () => {
    const one = nextLeaf(undefined, { domain: address(1), ipfsHash: hash(2) })
    expect(() => buildFeed([])).toThrow(expect.objectContaining({ code: 'FEED_EMPTY' }))
    expect(() => buildFeed([one, { ...one, release: 2 }])).toThrow(expect.objectContaining({ code: 'FEED_DUPLICATE' }))
    expect(() => buildFeed([one]).proofOf(address(2))).toThrow(expect.objectContaining({ code: 'FEED_UNKNOWN_DOMAIN' }))
  })
})

describe('a feed’s manifest', () => {
  it('gives the feed back, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(leaves, fc.integer({ min: 1, max: 5_000 }), async (list, size) => {
        const feed = buildFeed(list)
        const again = await read(text(feed), { root: feed.root, size })
        expect(again.leaves).toEqual(feed.leaves)
      }),
      { numRuns: 30 },
    )
  })

  it('is refused with any byte changed, cut, or added', async () => {
    const feed = buildFeed(
      Array.from({ length: 5 }, (_, i) => nextLeaf(undefined, { domain: address(i), ipfsHash: hash(i) })),
    )
    const manifest = text(feed)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(manifest.length - 1),
        fc.constantFrom('', '0', '1', ' ', '\n', 'f', '9', ','),
        async (at, by) => {
          const changed = manifest.slice(0, at) + by + manifest.slice(at + 1)
          fc.pre(changed !== manifest)
          await expect(read(changed, { root: feed.root })).rejects.toMatchObject({
            code: expect.stringMatching(/^FEED_/),
          })
        },
      ),
      { numRuns: 400 },
    )
    await expect(read(`${manifest}\n`, { root: feed.root })).rejects.toMatchObject({ code: 'FEED_MALFORMED' })
    await expect(read(manifest, { root: hash(1) })).rejects.toMatchObject({ code: 'FEED_MISMATCH' })
    await expect(read('', { root: feed.root })).rejects.toMatchObject({ code: 'FEED_MALFORMED' })
  })

  it('of another feed, registry or chain is refused', async () => {
    const feed = buildFeed([nextLeaf(undefined, { domain: address(1), ipfsHash: hash(2) })])
    for (const other of [{ chainId: 1 }, { registry: address(9) }, { feed: address(9) }]) {
      const place = { ...PLACE, ...other, root: feed.root }
      await expect(readFeedManifest(inPieces(text(feed), 64), place)).rejects.toMatchObject({ code: 'FEED_MALFORMED' })
    }
  })

  it('that never ends its line is refused before it fills the memory', async () => {
    let sent = 0
    async function* endless() {
      for (;;) {
        sent += 10_000
        yield new Uint8Array(10_000).fill(0x61)
      }
    }
    await expect(readFeedManifest(endless(), { ...PLACE, root: hash(1) })).rejects.toMatchObject({
      code: 'FEED_MALFORMED',
    })
    expect(sent).toBeLessThan(100_000)
  })
})

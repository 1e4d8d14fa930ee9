import { keccak256, sha256, toBeHex } from 'ethers'
import { buildFeed } from '../../packages/sdk/src/feed/build-feed.ts'
import { type FeedLeaf, nextLeaf } from '../../packages/sdk/src/feed/feed-leaf.ts'
import { type RegistryFixture, register, rootOf } from '../../test/contracts/support/registry-fixture.ts'
import { type Row, rowOf } from './row.ts'

type Address = FeedLeaf['domain']
type Bytes32 = FeedLeaf['ipfsHash']

/** Domains of each measured feed. */
export const FEED_SIZES = [10, 1_000, 65_536] as const

/** A steady `anchor` of a real root for each size; the registry confirms a leaf of every one. */
export async function feedRows(fixture: RegistryFixture): Promise<Row[]> {
  const feed = await register(fixture, { name: 'feed.example' })
  const member = (await register(fixture, { name: 'member.example' })).toLowerCase() as Address
  await (await fixture.as('owner').setFeed(member, feed)).wait()
  await (await fixture.as('publisher').anchor(feed, rootOf(fixture, 1), rootOf(fixture, 2), 0)).wait()

  const rows: Row[] = []
  for (const [at, size] of FEED_SIZES.entries()) {
    const map = buildFeed(leavesOf(size, member))
    const sent = fixture.as('publisher').anchor(feed, map.root, sha256(map.root), at + 1)
    const atMost = size === 65_536 ? { atMost: 1 } : {}
    rows.push(await rowOf(`anchor, one of ${size} domains`, sent, { share: size, words: { used: 2 }, ...atMost }))
    const proof = [...map.proofOf(member)]
    if (!(await fixture.registry.verifyLeaf(map.leafOf(member), proof))) throw new Error('the root is not the map’s')
  }
  const { receipt } = rows.at(-1)!
  return [{ what: 'anchor a feed root', receipt, share: 1, words: { used: 2 }, atMost: 36_500 }, ...rows]
}

function leavesOf(size: number, member: Address): FeedLeaf[] {
  const others = Array.from({ length: size - 1 }, (_, i) => `0x${keccak256(toBeHex(i, 32)).slice(26)}` as Address)
  return [member, ...others].map((domain) => nextLeaf(undefined, { domain, ipfsHash: keccak256(domain) as Bytes32 }))
}

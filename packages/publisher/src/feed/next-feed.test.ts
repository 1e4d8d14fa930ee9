import { type Bytes32, type DomainName, domainId, parseDomainName } from '@domainsync/core'
import { leafHash, NO_LEAF } from '@domainsync/sdk'
import { describe, expect, it } from 'vitest'
import { nextFeed } from './next-feed.ts'

const [a, b, c] = ['a.example', 'b.example', 'c.example'].map(parseDomainName) as [DomainName, DomainName, DomainName]
const digest = (digit: number): Bytes32 => `0x${`${digit}`.repeat(64)}`

describe('nextFeed', () => {
  const { feed: first } = nextFeed(
    undefined,
    new Map([
      [a, digest(1)],
      [b, digest(2)],
    ]),
  )

  it('begins with release 1 of every domain', () => {
    expect(first.leaves.map(({ release, previousLeaf }) => [release, previousLeaf])).toEqual([
      [1, NO_LEAF],
      [1, NO_LEAF],
    ])
  })

  it('leaves alone what is the same, and chains what is another', () => {
    const { feed, changed, removed } = nextFeed(
      first,
      new Map([
        [a, digest(1)],
        [b, digest(3)],
        [c, digest(4)],
      ]),
    )
    expect({ changed, removed }).toEqual({ changed: [b, c], removed: [] })
    expect(feed.leafOf(domainId(a))).toEqual(first.leafOf(domainId(a)))
    expect(feed.leafOf(domainId(b))).toMatchObject({ release: 2, previousLeaf: leafHash(first.leafOf(domainId(b))) })
  })

  it('has the same root for the same map, and names what drops out', () => {
    expect(
      nextFeed(
        first,
        new Map([
          [b, digest(2)],
          [a, digest(1)],
        ]),
      ).feed.root,
    ).toBe(first.root)
    expect(nextFeed(first, new Map([[b, digest(2)]])).removed).toEqual([domainId(a)])
  })
})

import { expect } from 'chai'
import { ethers, loadThreeReleases } from './support/environment.ts'
import { LANE, publish, type RegistryFixture, register, rootOf } from './support/registry-fixture.ts'

interface Leaf {
  domain: string
  ipfsHash: string
  release: number
  previousLeaf: string
  success: boolean
}

const LEAF = 'tuple(address domain, bytes32 ipfsHash, uint32 release, bytes32 previousLeaf, bool success)'
const leafHash = (leaf: Leaf) =>
  ethers.keccak256(ethers.keccak256(ethers.AbiCoder.defaultAbiCoder().encode([LEAF], [leaf])))
/** A pair in OpenZeppelin's Merkle trees: sorted. */
const pair = (a: string, b: string) => ethers.keccak256(ethers.concat(BigInt(a) < BigInt(b) ? [a, b] : [b, a]))

async function withFeed() {
  const fixture = await loadThreeReleases()
  const feed = await register(fixture, { name: 'feed.example' })
  await fixture.as('owner').setFeed(fixture.domain, feed)
  const leaf: Leaf = {
    domain: fixture.domain,
    ipfsHash: rootOf(fixture, 7),
    release: 7,
    previousLeaf: ethers.ZeroHash,
    success: true,
  }
  return { ...fixture, feed, leaf }
}

async function anchorLeaves({ as, registry, feed }: RegistryFixture & { feed: string }, leaves: [Leaf, Leaf]) {
  const root = pair(leafHash(leaves[0]), leafHash(leaves[1]))
  await as('publisher').anchor(feed, root, ethers.id('manifest'), (await registry.feedHead(feed)).seq)
  return root
}

describe('a feed', () => {
  it('answers for a leaf of its current root, and only for a domain that chose it', async () => {
    const fixture = await withFeed()
    const { registry, leaf, feed } = fixture
    const stranger = await register(fixture, { name: 'stranger.example' })
    const other = { ...leaf, domain: stranger }
    const root = await anchorLeaves(fixture, [leaf, other])
    expect((await registry.feedHead(feed)).root).to.equal(root)
    expect(await registry.verifyLeaf(leaf, [leafHash(other)])).to.equal(true)
    expect(await registry.verifyLeaf(other, [leafHash(leaf)])).to.equal(false)
  })

  it('does not answer for anything else', async () => {
    const fixture = await withFeed()
    const { registry, leaf } = fixture
    const failed = { ...leaf, success: false }
    expect(await registry.verifyLeaf(leaf, [])).to.equal(false)
    await anchorLeaves(fixture, [leaf, failed])
    expect(await registry.verifyLeaf(leaf, [leafHash(failed)])).to.equal(true)
    expect(await registry.verifyLeaf(failed, [leafHash(leaf)])).to.equal(false)
    expect(await registry.verifyLeaf({ ...leaf, release: 8 }, [leafHash(failed)])).to.equal(false)
    expect(await registry.verifyLeaf({ ...leaf, ipfsHash: rootOf(fixture, 8) }, [leafHash(failed)])).to.equal(false)
    expect(await registry.verifyLeaf(leaf, [])).to.equal(false)
    await anchorLeaves(fixture, [{ ...leaf, release: 9 }, failed])
    expect(await registry.verifyLeaf(leaf, [leafHash(failed)])).to.equal(false)
  })

  it('is anchored at its fence, with an event that names the manifest', async () => {
    const fixture = await withFeed()
    const { registry, as, feed } = fixture
    const [root, manifest] = [ethers.id('root'), ethers.id('manifest')]
    await expect(as('publisher').anchor(feed, root, manifest, 0))
      .to.emit(registry, 'Anchored')
      .withArgs(feed, root, manifest, 1)
    await expect(as('publisher').anchor(feed, root, manifest, 0))
      .to.be.revertedWithCustomError(registry, 'StaleSeq')
      .withArgs(0, 1)
    await expect(as('publisher').anchor(feed, ethers.ZeroHash, manifest, 1)).to.be.revertedWithCustomError(
      registry,
      'ZeroHash',
    )
    await as('guardian').pause(feed, LANE.publishing)
    await expect(as('publisher').anchor(feed, root, manifest, 2))
      .to.be.revertedWithCustomError(registry, 'LanePaused')
      .withArgs(feed, LANE.publishing)
    expect([...(await registry.feedHead(feed))]).to.deep.equal([root, 2n])
  })

  it('chosen by a domain closes the domain’s own lanes', async () => {
    const fixture = await withFeed()
    const { registry, as, domain, actors, feed } = fixture
    expect((await registry.head(domain)).paused).to.equal(LANE.feed)
    expect((await registry.roles(domain)).feed).to.equal(feed)
    const closed = [
      as('publisher').sync(domain, rootOf(fixture, 4), 4),
      as('publisher').logFailure(domain, rootOf(fixture, 4)),
      as('publisher').anchor(domain, rootOf(fixture, 4), rootOf(fixture, 4), 4),
      as('healer').logHealthFailure(domain, rootOf(fixture, 4)),
      as('healer').rollback(domain, 2, 4),
      as('owner').rollback(domain, 2, 4),
      as('healer').keep(domain, 2, 4),
    ]
    for (const call of closed) {
      await expect(call).to.be.revertedWithCustomError(registry, 'LanePaused').withArgs(domain, LANE.feed)
    }
    await expect(as('owner').unpause(domain, LANE.feed))
      .to.be.revertedWithCustomError(registry, 'NotAuthorized')
      .withArgs(domain, actors.owner.address)
  })

  it('left by a domain leaves publishing paused until the owner opens it', async () => {
    const fixture = await withFeed()
    const { registry, as, domain, leaf } = fixture
    const other = { ...leaf, release: 8 }
    await anchorLeaves(fixture, [leaf, other])
    await expect(as('owner').setFeed(domain, ethers.ZeroAddress))
      .to.emit(registry, 'FeedChanged')
      .withArgs(domain, ethers.ZeroAddress)
    expect((await registry.head(domain)).paused).to.equal(LANE.publishing)
    expect(await registry.verifyLeaf(leaf, [leafHash(other)])).to.equal(false)
    await as('healer').logHealthFailure(domain, rootOf(fixture, 3))
    await as('owner').unpause(domain, LANE.publishing)
    await publish(fixture, domain)
  })

  it('must be registered and another domain', async () => {
    const { registry, as, domain, actors } = await loadThreeReleases()
    await expect(as('owner').setFeed(domain, actors.stranger.address))
      .to.be.revertedWithCustomError(registry, 'NotRegistered')
      .withArgs(actors.stranger.address)
    await expect(as('owner').setFeed(domain, domain))
      .to.be.revertedWithCustomError(registry, 'SharedRole')
      .withArgs(domain)
  })
})

import { expect } from 'chai'
import type { SignedTrust } from '../../packages/bindings/src/typed-data.ts'
import { ethers, loadThreeReleases, networkHelpers } from './support/environment.ts'
import {
  attestReclaim,
  FAR,
  fieldsOf,
  keep,
  LANE,
  NAME,
  publish,
  type RegistryFixture,
  register,
  rollBack,
  rootOf,
  trustArgument,
  trustOf,
} from './support/registry-fixture.ts'

const DAY_S = 86_400
type Fixture = RegistryFixture & { domain: string }

/** What the domain should trust next: all four parts are new. */
function nextTrust(fixture: RegistryFixture): SignedTrust {
  const { next, stranger, timelock } = fixture.actors
  return { owner: next.address, guardian: stranger.address, signer: timelock.address, pqKeyHash: ethers.id('next key') }
}

/** EIP-712 struct hash of a trust, computed apart from the contract. */
function trustHash(trust: SignedTrust): string {
  return ethers.TypedDataEncoder.hashStruct(
    'Trust',
    {
      Trust: [
        { name: 'owner', type: 'address' },
        { name: 'guardian', type: 'address' },
        { name: 'signer', type: 'address' },
        { name: 'pqKeyHash', type: 'bytes32' },
      ],
    },
    trust,
  )
}

async function expectTrustAt({ registry, domain }: Fixture, release: number, trust: SignedTrust, fromRelease: number) {
  const found = fieldsOf(await registry.trustAt(domain, release))
  expect(found, `release ${release}`).to.deep.equal({ ...trust, fromRelease: BigInt(fromRelease) })
}

describe('a change of trust', () => {
  it('is proposed by the owner, waits two days, and is accepted by the new owner as a whole', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    const next = nextTrust(fixture)
    const proposed = Number(await networkHelpers.time.latest()) + 10
    await networkHelpers.time.setNextBlockTimestamp(proposed)
    await expect(as('owner').proposeTrust(domain, trustArgument(next))).to.emit(registry, 'TrustProposed')
    const notBefore = BigInt(proposed + 2 * DAY_S)
    expect([...(await registry.pendingTrust(domain))]).to.deep.equal([trustHash(next), notBefore, false])

    await networkHelpers.time.setNextBlockTimestamp(notBefore - 1n)
    await expect(as('next').acceptTrust(domain, trustArgument(next)))
      .to.be.revertedWithCustomError(registry, 'TooEarly')
      .withArgs(notBefore, notBefore - 1n)
    await networkHelpers.time.setNextBlockTimestamp(notBefore)
    await expect(as('next').acceptTrust(domain, trustArgument(next))).to.emit(registry, 'TrustChanged')
    expect([...(await registry.pendingTrust(domain))]).to.deep.equal([ethers.ZeroHash, 0n, false])
    await expect(as('owner').unpause(domain, 1)).to.be.revertedWithCustomError(registry, 'NotAuthorized')
    await as('next').pause(domain, LANE.publishing)
  })

  it('leaves old releases under their epoch and puts later ones under the new', async () => {
    const fixture = await loadThreeReleases()
    const [first, second] = [trustOf(fixture), nextTrust(fixture)]
    await accept(fixture, 'owner', second)
    await publish(fixture, fixture.domain, 2)
    const third = trustOf(fixture, { owner: fixture.actors.next.address })
    await accept(fixture, 'next', third)
    for (const release of [0, 1, 3]) await expectTrustAt(fixture, release, first, 1)
    for (const release of [4, 5]) await expectTrustAt(fixture, release, second, 4)
    for (const release of [6, 4_294_967_295]) await expectTrustAt(fixture, release, third, 6)
  })

  it('accepted twice between two releases leaves the later one in force', async () => {
    const fixture = await loadThreeReleases()
    await accept(fixture, 'owner', nextTrust(fixture))
    const last = trustOf(fixture, { owner: fixture.actors.next.address, pqKeyHash: ethers.id('third key') })
    await accept(fixture, 'next', last)
    await expectTrustAt(fixture, 3, trustOf(fixture), 1)
    await expectTrustAt(fixture, 4, last, 4)
  })

  it('fences off what was signed under the old trust', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await accept(fixture, 'owner', nextTrust(fixture))
    await expect(as('publisher').sync(domain, rootOf(fixture, 4), 3))
      .to.be.revertedWithCustomError(registry, 'StaleSeq')
      .withArgs(3, 4)
  })

  it('is vetoed by guardian or owner, and the delay starts again with the next proposal', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain, actors } = fixture
    const next = nextTrust(fixture)
    for (const actor of ['guardian', 'owner'] as const) {
      await as('owner').proposeTrust(domain, trustArgument(next))
      await networkHelpers.time.increase(3 * DAY_S)
      await expect(as(actor).cancelTrust(domain))
        .to.emit(registry, 'TrustCancelled')
        .withArgs(domain, actors[actor].address)
      await expect(as('next').acceptTrust(domain, trustArgument(next)))
        .to.be.revertedWithCustomError(registry, 'NoPendingTrust')
        .withArgs(domain)
    }
    await as('owner').proposeTrust(domain, trustArgument(next))
    await networkHelpers.time.increase(DAY_S)
    await as('owner').proposeTrust(domain, trustArgument(next))
    await networkHelpers.time.increase(DAY_S + 60)
    await expect(as('next').acceptTrust(domain, trustArgument(next))).to.be.revertedWithCustomError(
      registry,
      'TooEarly',
    )
  })

  it('is not accepted with any part changed', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    const next = nextTrust(fixture)
    await as('owner').proposeTrust(domain, trustArgument(next))
    await networkHelpers.time.increase(2 * DAY_S)
    for (const change of [
      { owner: fixture.actors.stranger.address },
      { guardian: fixture.actors.next.address },
      { signer: fixture.actors.next.address },
      { pqKeyHash: ethers.id('mine') },
    ]) {
      const offered = { ...next, ...change }
      await expect(as('next').acceptTrust(domain, trustArgument(offered)))
        .to.be.revertedWithCustomError(registry, 'TrustMismatch')
        .withArgs(trustHash(next), trustHash(offered))
    }
  })

  it('needs an owner, a signer and a key', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    for (const part of [
      { owner: ethers.ZeroAddress },
      { signer: ethers.ZeroAddress },
      { pqKeyHash: ethers.ZeroHash },
    ]) {
      await expect(
        as('owner').proposeTrust(domain, trustArgument({ ...nextTrust(fixture), ...part })),
      ).to.be.revertedWithCustomError(registry, 'IncompleteTrust')
    }
  })

  it('that nobody proposed cannot be cancelled', async () => {
    const { registry, as, domain } = await loadThreeReleases()
    await expect(as('owner').cancelTrust(domain))
      .to.be.revertedWithCustomError(registry, 'NoPendingTrust')
      .withArgs(domain)
  })
})

describe('reclaim', () => {
  it('needs the quorum, thirty days and no objection; then clears roles, stable bits and kept, never numbers', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await keep(fixture, domain, 2)
    const next = nextTrust(fixture)
    const before = await registry.head(domain)
    await startReclaim(fixture, next)
    const { notBefore, reclaim } = await registry.pendingTrust(domain)
    expect(reclaim).to.equal(true)
    expect(await registry.RECLAIM_DELAY()).to.equal(30n * 86_400n)
    await networkHelpers.time.setNextBlockTimestamp(notBefore - 1n)
    await expect(as('next').acceptTrust(domain, trustArgument(next))).to.be.revertedWithCustomError(
      registry,
      'TooEarly',
    )
    await networkHelpers.time.setNextBlockTimestamp(notBefore)
    // It lived in no feed, so readers of the log are not told of one.
    await expect(as('next').acceptTrust(domain, trustArgument(next))).not.to.emit(registry, 'FeedChanged')

    const head = await registry.head(domain)
    expect([head.live, head.latest, head.ipfsHash, head.stable]).to.deep.equal([3n, 3n, before.ipfsHash, false])
    expect(head.seq > before.seq).to.equal(true)
    expect([...(await registry.roles(domain))]).to.deep.equal(Array(3).fill(ethers.ZeroAddress))
    expect([...(await registry.kept(domain))]).to.deep.equal([0n, ethers.ZeroHash])
    expect((await registry.rollbackTarget(domain)).release).to.equal(0n)
    await expectTrustAt(fixture, 3, trustOf(fixture), 1)
    await expectTrustAt(fixture, 4, next, 4)

    await as('next').setRoles(domain, fixture.actors.publisher.address, fixture.actors.healer.address)
    await publish(fixture, domain)
    expect(fieldsOf(await registry.head(domain))).to.include({ live: 4n, latest: 4n, stable: true })
  })

  it('does not move a head that is the kept release: it stays on record, quarantined', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await keep(fixture, domain, 2)
    await publish(fixture, domain, 9)
    await rollBack(fixture, domain, 2)
    const next = nextTrust(fixture)
    await startReclaim(fixture, next)
    await networkHelpers.time.increase(30 * DAY_S)
    await as('next').acceptTrust(domain, trustArgument(next))
    const { live, ipfsHash, stable } = await registry.head(domain)
    expect([live, ipfsHash, stable]).to.deep.equal([2n, rootOf(fixture, 2), false])
  })

  it('ends with the owner’s objection; its attestation is spent', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain, actors } = fixture
    const next = nextTrust(fixture)
    const attestation = await attestReclaim(fixture, next, 0)
    await as('stranger').startReclaim(NAME, trustArgument(next), FAR, [attestation])
    expect(await registry.reclaims(domain)).to.equal(1n)
    await networkHelpers.time.increase(31 * DAY_S)
    await expect(as('owner').objectReclaim(domain))
      .to.emit(registry, 'TrustCancelled')
      .withArgs(domain, actors.owner.address)
    await expect(as('next').acceptTrust(domain, trustArgument(next))).to.be.revertedWithCustomError(
      registry,
      'NoPendingTrust',
    )
    await expect(
      as('stranger').startReclaim(NAME, trustArgument(next), FAR, [attestation]),
    ).to.be.revertedWithCustomError(registry, 'BadAttestation')
  })

  it('is the owner’s alone to object to: a thief with the guardian key cannot keep a name', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain, actors } = fixture
    await startReclaim(fixture, nextTrust(fixture))
    await expect(as('guardian').objectReclaim(domain))
      .to.be.revertedWithCustomError(registry, 'NotAuthorized')
      .withArgs(domain, actors.guardian.address)
    for (const actor of ['guardian', 'owner'] as const) {
      await expect(as(actor).cancelTrust(domain))
        .to.be.revertedWithCustomError(registry, 'ReclaimPending')
        .withArgs(domain)
    }
    await expect(as('owner').proposeTrust(domain, trustArgument(nextTrust(fixture))))
      .to.be.revertedWithCustomError(registry, 'ReclaimPending')
      .withArgs(domain)
  })

  it('takes the place of a proposal, and its delay is its own', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await as('owner').proposeTrust(domain, trustArgument(nextTrust(fixture)))
    await startReclaim(fixture, nextTrust(fixture))
    await networkHelpers.time.increase(3 * DAY_S)
    await expect(as('next').acceptTrust(domain, trustArgument(nextTrust(fixture)))).to.be.revertedWithCustomError(
      registry,
      'TooEarly',
    )
  })

  it('silences the old owner’s feed and what the domain anchored as one', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    const feed = await register(fixture, { name: 'feed.example' })
    await as('publisher').anchor(domain, rootOf(fixture, 1), rootOf(fixture, 2), 3)
    await as('owner').setFeed(domain, feed)
    const next = nextTrust(fixture)
    await startReclaim(fixture, next)
    await networkHelpers.time.increase(30 * DAY_S)
    await expect(as('next').acceptTrust(domain, trustArgument(next)))
      .to.emit(registry, 'FeedChanged')
      .withArgs(domain, ethers.ZeroAddress)
    expect((await registry.feedHead(domain)).root).to.equal(ethers.ZeroHash)
    expect((await registry.head(domain)).paused).to.equal(LANE.publishing)
  })

  it('of a name that nobody registered, or without a valid attestation, is refused', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as } = fixture
    const next = nextTrust(fixture)
    const { domain: nowhere } = await registry.domainId('nobody.example')
    await expect(as('stranger').startReclaim('nobody.example', trustArgument(next), FAR, []))
      .to.be.revertedWithCustomError(registry, 'NotRegistered')
      .withArgs(nowhere)
    await expect(as('stranger').startReclaim(NAME, trustArgument(next), FAR, []))
      .to.be.revertedWithCustomError(registry, 'BadAttestation')
      .withArgs(0, 1)
    await expect(as('stranger').startReclaim(NAME, trustArgument(next), 1, [])).to.be.revertedWithCustomError(
      registry,
      'Expired',
    )
    const forAnother = await attestReclaim(fixture, { ...next, owner: fixture.actors.stranger.address }, 0)
    await expect(
      as('stranger').startReclaim(NAME, trustArgument(next), FAR, [forAnother]),
    ).to.be.revertedWithCustomError(registry, 'BadAttestation')
  })

  it('cannot be objected to when there is none', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await as('owner').proposeTrust(domain, trustArgument(nextTrust(fixture)))
    await expect(as('owner').objectReclaim(domain))
      .to.be.revertedWithCustomError(registry, 'NoPendingTrust')
      .withArgs(domain)
  })
})

async function accept(fixture: Fixture, owner: 'owner' | 'next', next: SignedTrust): Promise<void> {
  const { as, domain } = fixture
  await as(owner).proposeTrust(domain, trustArgument(next))
  await networkHelpers.time.increase(2 * DAY_S)
  await as('next').acceptTrust(domain, trustArgument(next))
}

async function startReclaim(fixture: Fixture, next: SignedTrust): Promise<void> {
  await fixture.as('stranger').startReclaim(NAME, trustArgument(next), FAR, [await attestReclaim(fixture, next, 0)])
}

import { expect } from 'chai'
import { ethers, loadFullRing, loadRegistered, loadThreeReleases } from './support/environment.ts'
import {
  fieldsOf,
  keep,
  LANE,
  publish,
  type RegistryFixture,
  rollBack,
  rootOf,
  seqOf,
} from './support/registry-fixture.ts'

describe('rollback', () => {
  it('moves the head to an older stable release, quarantines every newer one, and logs the restored digest', async () => {
    const fixture = await loadFullRing()
    const { registry, as, domain } = fixture
    const receipt = await (await as('healer').rollback(domain, 7, 10)).wait()
    const events = receipt!.logs.map((log) => registry.interface.parseLog(log)!)
    // readers tell a restoration from a release by this order
    expect(events.map((event) => event.name)).to.deep.equal(['RolledBack', 'DomainSync'])
    expect([...events[0]!.args]).to.deep.equal([domain, 10n, 7n, 11n])
    const { timestamp } = (await ethers.provider.getBlock(receipt!.blockNumber))!
    expect([...events[1]!.args]).to.deep.equal([domain, rootOf(fixture, 7), BigInt(timestamp), true])

    const { ipfsHash, live, latest, seq, stable } = await registry.head(domain)
    expect([ipfsHash, live, latest, seq, stable]).to.deep.equal([rootOf(fixture, 7), 7n, 10n, 11n, true])
    expect(await stableOf(fixture, domain)).to.deep.equal([7n, 6n, 5n, 4n, 3n])
  })

  it('goes to every release of the ring that is stable', async () => {
    for (const target of [9, 8, 7, 6, 5, 4, 3]) {
      const fixture = await loadFullRing()
      await rollBack(fixture, fixture.domain, target)
      const head = await fixture.registry.head(fixture.domain)
      expect([head.live, head.ipfsHash, head.stable]).to.deep.equal([BigInt(target), rootOf(fixture, target), true])
    }
  })

  it('refuses the live one, a newer one, zero, one that is gone, one never published', async () => {
    const fixture = await loadFullRing()
    const { registry, as, domain } = fixture
    await rollBack(fixture, domain, 8)
    for (const target of [8, 9, 10, 11, 0, 2, 1, 2 ** 32 - 1]) {
      await expect(as('healer').rollback(domain, target, await seqOf(fixture, domain)), `${target}`)
        .to.be.revertedWithCustomError(registry, 'NotStable')
        .withArgs(target)
    }
  })

  it('refuses a quarantined one', async () => {
    const { registry, as, domain } = await loadFullRing()
    await as('guardian').quarantine(domain, 9)
    await expect(as('healer').rollback(domain, 9, 11))
      .to.be.revertedWithCustomError(registry, 'NotStable')
      .withArgs(9)
    expect((await registry.rollbackTarget(domain)).release).to.equal(8n)
  })

  it('refuses a stale seq', async () => {
    const { registry, as, domain } = await loadFullRing()
    await expect(as('healer').rollback(domain, 9, 9))
      .to.be.revertedWithCustomError(registry, 'StaleSeq')
      .withArgs(9, 10)
  })

  it('does not go forward again, unless a person reinstated and published anew', async () => {
    const fixture = await loadFullRing()
    const { registry, as, domain } = fixture
    await rollBack(fixture, domain, 5)
    await as('owner').reinstate(domain, 9)
    expect((await registry.head(domain)).live).to.equal(5n)
    await expect(as('healer').rollback(domain, 9, await seqOf(fixture, domain))).to.be.revertedWithCustomError(
      registry,
      'NotStable',
    )
  })

  it('goes to the kept release after any number of newer ones, and from there nowhere older', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain } = fixture
    await keep(fixture, domain, 2)
    await publish(fixture, domain, 20)
    expect([...(await registry.kept(domain))]).to.deep.equal([2n, rootOf(fixture, 2)])
    await rollBack(fixture, domain, 2)
    const { ipfsHash, live, stable, latest } = await registry.head(domain)
    expect([ipfsHash, live, stable, latest]).to.deep.equal([rootOf(fixture, 2), 2n, true, 23n])
    expect(await stableOf(fixture, domain)).to.deep.equal([])
    expect((await registry.rollbackTarget(domain)).release).to.equal(0n)
  })

  it('quarantines the kept release when it goes to an older one', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain } = fixture
    await keep(fixture, domain, 2)
    await rollBack(fixture, domain, 1)
    expect((await registry.releaseAt(domain, 2)).stable).to.equal(false)
    await publish(fixture, domain, 9)
    expect([...(await registry.releaseAt(domain, 2))]).to.deep.equal([rootOf(fixture, 2), false])
    expect((await registry.rollbackTarget(domain)).release).to.equal(11n)
  })

  it('refuses the kept release once it is quarantined, also when it is gone from the ring', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await keep(fixture, domain, 2)
    await publish(fixture, domain, 9)
    await as('guardian').quarantine(domain, 2)
    await expect(rollBack(fixture, domain, 2))
      .to.be.revertedWithCustomError(registry, 'NotStable')
      .withArgs(2)
  })

  it('is open to the owner while healing is paused, not to the healer', async () => {
    const { registry, as, domain } = await loadThreeReleases()
    await as('guardian').pause(domain, LANE.healing)
    await expect(as('healer').rollback(domain, 2, 4))
      .to.be.revertedWithCustomError(registry, 'LanePaused')
      .withArgs(domain, LANE.healing)
    await as('owner').rollback(domain, 2, 4)
    expect((await registry.head(domain)).live).to.equal(2n)
  })

  it('works while publishing is paused', async () => {
    const fixture = await loadThreeReleases()
    await fixture.as('healer').pause(fixture.domain, LANE.publishing)
    await rollBack(fixture, fixture.domain, 2)
    expect((await fixture.registry.head(fixture.domain)).live).to.equal(2n)
  })
})

describe('keep', () => {
  it('copies a stable release where no sync evicts it', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await expect(as('healer').keep(domain, 1, 3))
      .to.emit(registry, 'Kept')
      .withArgs(domain, 1, rootOf(fixture, 1))
    expect((await registry.head(domain)).seq).to.equal(4n)
    await publish(fixture, domain, 17)
    expect([...(await registry.releaseAt(domain, 1))]).to.deep.equal([rootOf(fixture, 1), true])
  })

  it('takes only newer releases while the kept one is stable', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await keep(fixture, domain, 2)
    for (const release of [2, 1]) {
      await expect(as('healer').keep(domain, release, 4))
        .to.be.revertedWithCustomError(registry, 'NotNewer')
        .withArgs(release, 2)
    }
    await keep(fixture, domain, 3)
    expect((await registry.kept(domain)).release).to.equal(3n)
  })

  it('lets a quarantined kept release give way to an older stable one', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain } = fixture
    await keep(fixture, domain, 3)
    await rollBack(fixture, domain, 2)
    await keep(fixture, domain, 2)
    await publish(fixture, domain, 9)
    expect([...(await registry.releaseAt(domain, 2))]).to.deep.equal([rootOf(fixture, 2), true])
  })

  it('refuses a release that is quarantined, gone, or not there yet, and a stale seq', async () => {
    const fixture = await loadFullRing()
    const { registry, as, domain } = fixture
    await as('guardian').quarantine(domain, 9)
    for (const release of [9, 2, 11, 0]) {
      await expect(as('healer').keep(domain, release, 11), `${release}`)
        .to.be.revertedWithCustomError(registry, 'NotStable')
        .withArgs(release)
    }
    await expect(as('healer').keep(domain, 8, 10))
      .to.be.revertedWithCustomError(registry, 'StaleSeq')
      .withArgs(10, 11)
  })

  it('does not replace the kept release while it is the live one: that would move the head', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await keep(fixture, domain, 2)
    await publish(fixture, domain, 9)
    await rollBack(fixture, domain, 2)
    await as('owner').reinstate(domain, 11)
    await expect(as('owner').keep(domain, 11, await seqOf(fixture, domain)))
      .to.be.revertedWithCustomError(registry, 'EvictsLive')
      .withArgs(2)
    await publish(fixture, domain) // 2 is kept: publishing goes on
    expect((await registry.head(domain)).live).to.equal(13n)
    await keep(fixture, domain, 13)
  })

  it('is closed to the healer while healing is paused, open to guardian and owner', async () => {
    const { registry, as, domain } = await loadThreeReleases()
    await as('owner').pause(domain, LANE.healing)
    await expect(as('healer').keep(domain, 1, 4)).to.be.revertedWithCustomError(registry, 'LanePaused')
    await as('guardian').keep(domain, 1, 4)
    await as('owner').keep(domain, 2, 5)
  })
})

describe('quarantine and reinstate', () => {
  it('condemn and absolve a release and move nothing', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain, actors } = fixture
    await expect(as('guardian').quarantine(domain, 2))
      .to.emit(registry, 'StableChanged')
      .withArgs(domain, 2, false, actors.guardian.address)
    expect(fieldsOf(await registry.head(domain))).to.include({ live: 3n, seq: 4n, stable: true })
    expect([...(await registry.releaseAt(domain, 2))]).to.deep.equal([rootOf(fixture, 2), false])
    await expect(as('owner').reinstate(domain, 2))
      .to.emit(registry, 'StableChanged')
      .withArgs(domain, 2, true, actors.owner.address)
    expect((await registry.releaseAt(domain, 2)).stable).to.equal(true)
    expect(await seqOf(fixture, domain)).to.equal(5n)
  })

  it('may hit the live release: the head stays and says so', async () => {
    const { registry, as, domain } = await loadThreeReleases()
    await as('owner').quarantine(domain, 3)
    expect(fieldsOf(await registry.head(domain))).to.include({ live: 3n, stable: false })
  })

  it('may hit the kept release, in the ring and outside it', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await keep(fixture, domain, 2)
    await as('guardian').quarantine(domain, 2)
    await publish(fixture, domain, 9)
    expect((await registry.releaseAt(domain, 2)).stable).to.equal(false)
    await as('owner').reinstate(domain, 2)
    expect((await registry.releaseAt(domain, 2)).stable).to.equal(true)
    await as('guardian').quarantine(domain, 2)
    expect((await registry.head(domain)).stable, 'the newest release has nothing to do with it').to.equal(true)
    await as('owner').reinstate(domain, 2)
    await rollBack(fixture, domain, 2)
    await as('guardian').quarantine(domain, 2)
    expect(fieldsOf(await registry.head(domain))).to.include({ live: 2n, stable: false })
  })

  it('change nothing when it is so already, seq included', async () => {
    const { registry, as, domain } = await loadThreeReleases()
    await expect(as('owner').reinstate(domain, 2)).not.to.emit(registry, 'StableChanged')
    expect((await registry.head(domain)).seq).to.equal(3n)
    await as('guardian').quarantine(domain, 2)
    await expect(as('guardian').quarantine(domain, 2)).not.to.emit(registry, 'StableChanged')
    expect((await registry.head(domain)).seq).to.equal(4n)
  })

  it('refuse a release that is gone or was never there', async () => {
    const { registry, as, domain } = await loadFullRing()
    for (const release of [0, 2, 11]) {
      await expect(as('guardian').quarantine(domain, release))
        .to.be.revertedWithCustomError(registry, 'NotStable')
        .withArgs(release)
      await expect(as('owner').reinstate(domain, release))
        .to.be.revertedWithCustomError(registry, 'NotStable')
        .withArgs(release)
    }
  })

  it('of nothing published refuse release zero', async () => {
    const { registry, as, domain } = await loadRegistered()
    await expect(as('owner').reinstate(domain, 0)).to.be.revertedWithCustomError(registry, 'NotStable').withArgs(0)
  })
})

async function stableOf({ registry }: RegistryFixture, domain: string): Promise<bigint[]> {
  const { releases, stable } = await registry.ring(domain)
  return releases.filter((_, index) => stable[index])
}

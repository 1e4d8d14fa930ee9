import { expect } from 'chai'
import { loadThreeReleases } from './support/environment.ts'
import { LANE, publish, rootOf, seqOf } from './support/registry-fixture.ts'

describe('lanes', () => {
  it('are paused and opened apart', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain, actors } = fixture
    await expect(as('guardian').pause(domain, LANE.publishing))
      .to.emit(registry, 'LanesChanged')
      .withArgs(domain, LANE.publishing, actors.guardian.address)
    await expect(as('publisher').sync(domain, rootOf(fixture, 4), 4))
      .to.be.revertedWithCustomError(registry, 'LanePaused')
      .withArgs(domain, LANE.publishing)
    await as('guardian').pause(domain, LANE.healing)
    expect((await registry.head(domain)).paused).to.equal(LANE.publishing | LANE.healing)
    await expect(as('owner').unpause(domain, LANE.publishing))
      .to.emit(registry, 'LanesChanged')
      .withArgs(domain, LANE.healing, actors.owner.address)
    await publish(fixture, domain)
  })

  it('change nothing when no bit is new, seq included', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await as('healer').pause(domain, LANE.publishing)
    expect(await seqOf(fixture, domain)).to.equal(4n)
    for (const call of [
      as('healer').pause(domain, LANE.publishing),
      as('owner').pause(domain, 0),
      as('owner').unpause(domain, LANE.healing),
    ]) {
      await expect(call).not.to.emit(registry, 'LanesChanged')
    }
    expect(await seqOf(fixture, domain)).to.equal(4n)
  })

  it('of healing are not the healer’s to pause, nor is anything while they are', async () => {
    const { registry, as, domain, actors } = await loadThreeReleases()
    for (const lanes of [LANE.healing, LANE.publishing | LANE.healing]) {
      await expect(as('healer').pause(domain, lanes))
        .to.be.revertedWithCustomError(registry, 'NotAuthorized')
        .withArgs(domain, actors.healer.address)
    }
    await as('guardian').pause(domain, LANE.healing)
    await expect(as('healer').pause(domain, LANE.publishing))
      .to.be.revertedWithCustomError(registry, 'LanePaused')
      .withArgs(domain, LANE.healing)
  })

  it('have no other bits, for nobody', async () => {
    const { registry, as, domain, actors } = await loadThreeReleases()
    for (const lanes of [4, 8, 5, 255]) {
      await expect(as('owner').pause(domain, lanes))
        .to.be.revertedWithCustomError(registry, 'NotAuthorized')
        .withArgs(domain, actors.owner.address)
      await expect(as('owner').unpause(domain, lanes)).to.be.revertedWithCustomError(registry, 'NotAuthorized')
    }
  })

  it('paused by the healer stop a thief with the publisher key from outrunning a rollback', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await as('healer').pause(domain, LANE.publishing)
    await as('healer').rollback(domain, 2, 4)
    await expect(as('publisher').sync(domain, rootOf(fixture, 4), 5)).to.be.revertedWithCustomError(
      registry,
      'LanePaused',
    )
    expect((await registry.head(domain)).live).to.equal(2n)
  })
})

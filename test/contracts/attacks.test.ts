import { expect } from 'chai'
import { reclaimTypedData } from '../../packages/bindings/src/reclaim-typed-data.ts'
import { ethers, loadFullRing, loadRegistered, loadThreeReleases, networkHelpers } from './support/environment.ts'
import { malleableTwin } from './support/malleable-twin.ts'
import {
  attest,
  FAR,
  keep,
  LANE,
  publish,
  type RegistryFixture,
  register,
  registrationOf,
  rollBack,
  rootOf,
  sendRegistration,
  seqOf,
  signSync,
  trustArgument,
  trustOf,
} from './support/registry-fixture.ts'
import { deployTwoOfThree } from './support/two-of-three.ts'

const DAY_S = 86_400
type Fixture = RegistryFixture & { domain: string }

/** The next sync of the domain as its publisher signs it. */
async function signedSync(fixture: Fixture, changes: { expectedSeq?: bigint } = {}) {
  const { domain, actors } = fixture
  const expectedSeq = await seqOf(fixture, domain)
  const sync = { domain, ipfsHash: rootOf(fixture, 77), expectedSeq, deadline: FAR, ...changes }
  return { sync, signature: await signSync(fixture, sync, actors.publisher) }
}

function sendSigned({ as }: RegistryFixture, { sync, signature }: Awaited<ReturnType<typeof signedSync>>) {
  return as('stranger').syncWithSignature(sync.domain, sync.ipfsHash, sync.expectedSeq, sync.deadline, signature)
}

describe('a thief with the publisher key', () => {
  it('floods the ring: the kept release survives, and the domain goes back to it', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as } = fixture
    await keep(fixture, domain, 3)
    await publish(fixture, domain, 30)
    expect(await registry.rollbackTarget(domain)).to.deep.equal([32n, rootOf(fixture, 32)])
    await as('healer').pause(domain, LANE.publishing)
    await rollBack(fixture, domain, 3)
    const { live, ipfsHash, stable } = await registry.head(domain)
    expect([live, ipfsHash, stable]).to.deep.equal([3n, rootOf(fixture, 3), true])
    const [, , ringStable] = await registry.ring(domain)
    expect([...ringStable]).to.deep.equal(Array(8).fill(false))
  })

  it('front-runs the rollback with one more release: the healer closes publishing, which has no fence, and goes back', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as } = fixture
    const seen = await seqOf(fixture, domain)
    await as('publisher').sync(domain, rootOf(fixture, 666), seen)
    await expect(as('healer').rollback(domain, 2, seen))
      .to.be.revertedWithCustomError(registry, 'StaleSeq')
      .withArgs(seen, seen + 1n)
    await as('healer').pause(domain, LANE.publishing)
    await expect(as('publisher').sync(domain, rootOf(fixture, 667), await seqOf(fixture, domain)))
      .to.be.revertedWithCustomError(registry, 'LanePaused')
      .withArgs(domain, LANE.publishing)
    await rollBack(fixture, domain, 2)
    expect((await registry.head(domain)).live).to.equal(2n)
  })

  it('cannot heal, name roles, or sign for the owner', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as, actors } = fixture
    const seq = await seqOf(fixture, domain)
    const thief = as('publisher')
    for (const attempt of [
      thief.rollback(domain, 1, seq),
      thief.keep(domain, 1, seq),
      thief.unpause(domain, LANE.publishing),
      thief.setRoles(domain, actors.publisher.address, actors.publisher.address),
      thief.proposeTrust(domain, trustArgument(trustOf(fixture))),
    ]) {
      await expect(attempt).to.be.revertedWithCustomError(registry, 'NotAuthorized')
    }
  })
})

describe('a thief with the healer key', () => {
  it('goes back to older stable releases and no further: no new content, and the owner closes the lane', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as, actors } = fixture
    const thief = as('healer')
    await expect(thief.sync(domain, rootOf(fixture, 666), 3)).to.be.revertedWithCustomError(registry, 'NotAuthorized')
    await rollBack(fixture, domain, 1)
    await expect(thief.rollback(domain, 1, 4)).to.be.revertedWithCustomError(registry, 'NotStable')
    await thief.pause(domain, LANE.publishing)
    await expect(thief.unpause(domain, LANE.publishing)).to.be.revertedWithCustomError(registry, 'NotAuthorized')

    await as('owner').pause(domain, LANE.healing)
    await expect(thief.keep(domain, 1, await seqOf(fixture, domain))).to.be.revertedWithCustomError(
      registry,
      'LanePaused',
    )
    await as('owner').setRoles(domain, actors.publisher.address, actors.next.address)
    await as('owner').unpause(domain, LANE.publishing | LANE.healing)
    await as('publisher').sync(domain, rootOf(fixture, 3), await seqOf(fixture, domain))
    const { live, ipfsHash } = await registry.head(domain)
    expect([live, ipfsHash]).to.deep.equal([4n, rootOf(fixture, 3)])
    await expect(thief.rollback(domain, 1, await seqOf(fixture, domain))).to.be.revertedWithCustomError(
      registry,
      'NotAuthorized',
    )
  })
})

describe('a thief with the guardian key', () => {
  it('stops a domain and moves nothing: the owner opens and absolves, and the name cannot be taken', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as } = fixture
    const thief = as('guardian')
    await thief.pause(domain, LANE.publishing | LANE.healing)
    await thief.quarantine(domain, 3)
    const { live, ipfsHash, stable } = await registry.head(domain)
    expect([live, ipfsHash, stable]).to.deep.equal([3n, rootOf(fixture, 3), false])
    const seq = await seqOf(fixture, domain)
    for (const attempt of [
      thief.sync(domain, rootOf(fixture, 666), seq),
      thief.rollback(domain, 1, seq),
      thief.reinstate(domain, 3),
      thief.proposeTrust(domain, trustArgument(trustOf(fixture))),
      thief.objectReclaim(domain),
    ]) {
      await expect(attempt).to.be.revertedWithCustomError(registry, 'NotAuthorized')
    }
    await as('owner').reinstate(domain, 3)
    await as('owner').unpause(domain, LANE.publishing | LANE.healing)
    await publish(fixture, domain)
    expect((await registry.head(domain)).live).to.equal(4n)
  })

  it('vetoes every change of trust, but not the reclaim that takes its place away', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as, actors, location } = fixture
    const next = trustOf(fixture, { guardian: actors.next.address })
    await as('owner').proposeTrust(domain, trustArgument(next))
    await as('guardian').cancelTrust(domain)
    const reclaim = { name: 'example.com', next, nonce: await registry.reclaims(domain), deadline: FAR }
    const typed = reclaimTypedData({ ...location, ...reclaim })
    const signature = await actors.registrar.signTypedData(typed.domain, typed.types, typed.message)
    await as('stranger').startReclaim(reclaim.name, trustArgument(next), FAR, [signature])
    await expect(as('guardian').cancelTrust(domain)).to.be.revertedWithCustomError(registry, 'ReclaimPending')
    await networkHelpers.time.increase(30 * DAY_S)
    await as('owner').acceptTrust(domain, trustArgument(next))
    await expect(as('guardian').pause(domain, LANE.publishing)).to.be.revertedWithCustomError(registry, 'NotAuthorized')
  })
})

describe('a thief with the owner key', () => {
  it('names roles and publishes, but whom readers trust stays while the guardian vetoes', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as, actors } = fixture
    const { stranger: accomplice, signer } = actors
    await as('owner').setRoles(domain, accomplice.address, actors.healer.address)
    await as('stranger').sync(domain, rootOf(fixture, 666), await seqOf(fixture, domain))
    expect((await registry.trustAt(domain, 4)).signer).to.equal(signer.address)

    const mine = trustOf(fixture, { owner: accomplice.address, signer: accomplice.address })
    await as('owner').proposeTrust(domain, trustArgument(mine))
    await as('guardian').cancelTrust(domain)
    await networkHelpers.time.increase(2 * DAY_S)
    await expect(as('stranger').acceptTrust(domain, trustArgument(mine))).to.be.revertedWithCustomError(
      registry,
      'NoPendingTrust',
    )
    // the release is on chain, unsigned: readers refuse it, and the healer goes back
    await rollBack(fixture, domain, 3)
    expect((await registry.trustAt(domain, 3)).signer).to.equal(signer.address)
  })
})

describe('thieves with the publisher and the healer key together', () => {
  it('leave nothing good on chain to go back to: the limit of ring and keep, which the owner ends', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as, actors } = fixture
    await keep(fixture, domain, 3)
    await publish(fixture, domain, 8)
    await keep(fixture, domain, 11)
    expect(await registry.releaseAt(domain, 3)).to.deep.equal([ethers.ZeroHash, false])
    await as('guardian').pause(domain, LANE.publishing | LANE.healing)
    await as('owner').setRoles(domain, actors.next.address, actors.stranger.address)
    await as('owner').unpause(domain, LANE.publishing | LANE.healing)
    await as('next').sync(domain, rootOf(fixture, 3), await seqOf(fixture, domain))
    const { live, ipfsHash, stable } = await registry.head(domain)
    expect([live, ipfsHash, stable]).to.deep.equal([12n, rootOf(fixture, 3), true])
  })
})

describe('a signature of the publisher, replayed', () => {
  it('on another registry or chain is nobody’s', async () => {
    const fixture = await loadThreeReleases()
    const { domain, actors } = fixture
    const sync = { domain, ipfsHash: rootOf(fixture, 4), expectedSeq: 3, deadline: FAR }
    for (const location of [
      { ...fixture.location, chainId: fixture.location.chainId + 1n },
      { ...fixture.location, registry: actors.stranger.address },
    ]) {
      const signature = await signSync({ ...fixture, location }, sync, actors.publisher)
      await expect(sendSigned(fixture, { sync: { ...sync, expectedSeq: 3n }, signature }))
        .to.be.revertedWithCustomError(fixture.registry, 'BadSignature')
        .withArgs(actors.publisher.address)
    }
  })

  it('after a rollback is stale', async () => {
    const fixture = await loadThreeReleases()
    const signed = await signedSync(fixture)
    await sendSigned(fixture, signed)
    await rollBack(fixture, fixture.domain, 3)
    await expect(sendSigned(fixture, signed)).to.be.revertedWithCustomError(fixture.registry, 'StaleSeq').withArgs(3, 5)
  })

  it('after a change of roles is not the publisher’s, nor when the publisher is named again', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as, actors } = fixture
    const signed = await signedSync(fixture)
    await as('owner').setRoles(domain, actors.next.address, actors.healer.address)
    await expect(sendSigned(fixture, signed))
      .to.be.revertedWithCustomError(registry, 'BadSignature')
      .withArgs(actors.next.address)
    await as('owner').setRoles(domain, actors.publisher.address, actors.healer.address)
    await expect(sendSigned(fixture, signed)).to.be.revertedWithCustomError(registry, 'StaleSeq')
  })

  it('as its malleable twin, cut, or lengthened is refused', async () => {
    const fixture = await loadThreeReleases()
    const { sync, signature } = await signedSync(fixture)
    const compact = ethers.Signature.from(signature).compactSerialized
    for (const forged of [malleableTwin(signature), compact, signature.slice(0, -2), `${signature}00`, '0x']) {
      await expect(sendSigned(fixture, { sync, signature: forged })).to.be.revertedWithCustomError(
        fixture.registry,
        'BadSignature',
      )
    }
    await sendSigned(fixture, { sync, signature })
  })

  it('is asked of a contract that publishes something else meanwhile: it cannot', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as, actors } = fixture
    const wallet = await ethers.deployContract('ReenteringWallet', [await registry.getAddress()])
    await as('owner').setRoles(domain, await wallet.getAddress(), actors.healer.address)
    const signature = ethers.AbiCoder.defaultAbiCoder().encode(['address', 'uint32'], [domain, 4])
    const sync = { domain, ipfsHash: rootOf(fixture, 4), expectedSeq: 4n, deadline: FAR }
    // ERC-1271 is asked with a static call: what the wallet writes is undone, gas and all but a 64th are its own to burn
    await as('stranger').syncWithSignature(sync.domain, sync.ipfsHash, 4, FAR, signature, { gasLimit: 3_000_000 })
    const { live, latest, ipfsHash } = await registry.head(domain)
    expect([live, latest, ipfsHash]).to.deep.equal([4n, 4n, rootOf(fixture, 4)])
  })
})

describe('an attestation, copied', () => {
  it('with other roles or another owner is refused: whoever sees it first in the pool gains nothing', async () => {
    const fixture = await loadRegistered()
    const { registry, actors } = fixture
    const registration = registrationOf(fixture, { name: 'victim.example' })
    const attestation = await attest(fixture, registration)
    const thief = actors.stranger.address
    for (const changed of [{ publisher: thief }, { healer: thief }, { trust: trustOf(fixture, { owner: thief }) }]) {
      await expect(sendRegistration(fixture, { ...registration, ...changed }, [attestation]))
        .to.be.revertedWithCustomError(registry, 'BadAttestation')
        .withArgs(0, 1)
    }
    await sendRegistration(fixture, registration, [attestation])
  })

  it('counts one registrar once, twin or not', async () => {
    const fixture = await deployTwoOfThree()
    const registration = registrationOf(fixture)
    const once = await attest(fixture, registration, fixture.registrars[0])
    for (const twice of [
      [once, once],
      [once, malleableTwin(once)],
    ]) {
      await expect(sendRegistration(fixture, registration, twice))
        .to.be.revertedWithCustomError(fixture.registry, 'BadAttestation')
        .withArgs(1, 2)
    }
  })
})

describe('a poisoned rollback pointer', () => {
  it('never names what was rolled back over: bad 11, bad 12, back to 10, then 13, and back again', async () => {
    const fixture = await loadFullRing()
    const { registry, domain } = fixture
    await publish(fixture, domain, 2)
    await rollBack(fixture, domain, 10)
    await publish(fixture, domain)
    expect((await registry.head(domain)).live).to.equal(13n)
    expect(await registry.rollbackTarget(domain)).to.deep.equal([10n, rootOf(fixture, 10)])
    for (const bad of [11, 12]) {
      await expect(rollBack(fixture, domain, bad))
        .to.be.revertedWithCustomError(registry, 'NotStable')
        .withArgs(bad)
    }
    await rollBack(fixture, domain, 10)
    expect(await registry.rollbackTarget(domain)).to.deep.equal([9n, rootOf(fixture, 9)])
  })
})

describe('a batch with one stale item', () => {
  it('publishes the others, logs the stale one as failed, and counts it', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as } = fixture
    const other = await register(fixture, { name: 'other.example' })
    const items = [
      { domain, expectedSeq: 2, ipfsHash: rootOf(fixture, 4) },
      { domain: other, expectedSeq: 0, ipfsHash: rootOf(fixture, 5) },
    ]
    expect(await as('publisher').syncBatch.staticCall(items)).to.equal(1n)
    const { logs } = (await (await as('publisher').syncBatch(items)).wait())!
    const results = logs.map((log) => registry.interface.parseLog(log)!.args)
    expect(results.map(({ domain: of, success }) => [of, success])).to.deep.equal([
      [domain, false],
      [other, true],
    ])
    expect((await registry.head(domain)).live).to.equal(3n)
    expect((await registry.head(other)).live).to.equal(1n)
  })
})

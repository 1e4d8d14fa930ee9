import { expect } from 'chai'
import { ethers, loadEmpty, loadRegistered, networkHelpers } from './support/environment.ts'
import {
  attest,
  fieldsOf,
  NAME,
  register,
  registrationOf,
  sendRegistration,
  trustOf,
} from './support/registry-fixture.ts'
import { deployTwoOfThree } from './support/two-of-three.ts'

describe('register', () => {
  it('binds a name to its roles and trust, whoever sends it', async () => {
    const fixture = await loadEmpty()
    const { registry, actors } = fixture
    const registration = registrationOf(fixture)
    const sent = sendRegistration(fixture, registration, [await attest(fixture, registration)])

    const node = ethers.namehash(NAME)
    const domain = ethers.getAddress(`0x${node.slice(-40)}`)
    await expect(sent).to.emit(registry, 'DomainRegistered').withArgs(domain, node, actors.owner.address, NAME)
    await expect(sent)
      .to.emit(registry, 'RolesChanged')
      .withArgs(domain, actors.publisher.address, actors.healer.address)
    expect(await registry.nodeOf(domain)).to.equal(node)
    expect([...(await registry.roles(domain))]).to.deep.equal([
      actors.publisher.address,
      actors.healer.address,
      ethers.ZeroAddress,
    ])
    const { owner, guardian, signer, fromRelease, pqKeyHash } = await registry.trustAt(domain, 1)
    expect({ owner, guardian, signer, pqKeyHash }).to.deep.equal(trustOf(fixture))
    expect(fromRelease).to.equal(1n)
    const head = await registry.head(domain)
    expect(fieldsOf(head)).to.deep.equal({
      ipfsHash: ethers.ZeroHash,
      live: 0n,
      latest: 0n,
      seq: 0n,
      stable: false,
      paused: 0n,
    })
  })

  it('refuses a name that is taken', async () => {
    const fixture = await loadRegistered()
    const { registry, domain } = fixture
    const registration = registrationOf(fixture, { publisher: fixture.actors.stranger.address })
    await expect(sendRegistration(fixture, registration, [await attest(fixture, registration)]))
      .to.be.revertedWithCustomError(registry, 'AlreadyRegistered')
      .withArgs(domain, ethers.namehash(NAME))
  })

  it('refuses an attestation of which any argument was changed', async () => {
    const fixture = await loadEmpty()
    const { registry, actors } = fixture
    const registration = registrationOf(fixture)
    const attestation = await attest(fixture, registration)
    const other = actors.stranger.address
    const changed = [
      { name: 'example.org' },
      { trust: trustOf(fixture, { owner: other }) },
      { trust: trustOf(fixture, { guardian: other }) },
      { trust: trustOf(fixture, { signer: other }) },
      { trust: trustOf(fixture, { pqKeyHash: ethers.id('another key') }) },
      { publisher: other },
      { healer: other },
      { deadline: 2n ** 41n },
    ]
    for (const change of changed) {
      await expect(sendRegistration(fixture, { ...registration, ...change }, [attestation]))
        .to.be.revertedWithCustomError(registry, 'BadAttestation')
        .withArgs(0, 1)
    }
  })

  it('refuses an attestation for another registry or chain', async () => {
    const fixture = await loadEmpty()
    const registration = registrationOf(fixture)
    for (const location of [
      { ...fixture.location, registry: fixture.actors.stranger.address },
      { ...fixture.location, chainId: 1n },
    ]) {
      const attestation = await attest({ ...fixture, location }, registration)
      await expect(sendRegistration(fixture, registration, [attestation])).to.be.revertedWithCustomError(
        fixture.registry,
        'BadAttestation',
      )
    }
  })

  it('refuses an attestation after its deadline, not at it', async () => {
    const fixture = await loadEmpty()
    const deadline = (await networkHelpers.time.latest()) + 100
    const registration = registrationOf(fixture, { deadline })
    const attestation = await attest(fixture, registration)
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1)
    await expect(sendRegistration(fixture, registration, [attestation]))
      .to.be.revertedWithCustomError(fixture.registry, 'Expired')
      .withArgs(deadline, deadline + 1)

    const another = await loadEmpty()
    await networkHelpers.time.setNextBlockTimestamp(deadline)
    await sendRegistration(another, registration, [attestation])
  })

  it('refuses no attestation, a stranger’s, a malformed one', async () => {
    const fixture = await loadEmpty()
    const registration = registrationOf(fixture)
    const strangers = await attest(fixture, registration, fixture.actors.stranger)
    for (const attestations of [[], [strangers], ['0x'], ['0x1234'], [`0x${'00'.repeat(65)}`]]) {
      await expect(sendRegistration(fixture, registration, attestations))
        .to.be.revertedWithCustomError(fixture.registry, 'BadAttestation')
        .withArgs(0, 1)
    }
  })

  it('refuses one account as publisher and healer, but lets both be empty', async () => {
    const fixture = await loadEmpty()
    const { registry, actors } = fixture
    const shared = { publisher: actors.healer.address, healer: actors.healer.address }
    const registration = registrationOf(fixture, shared)
    await expect(sendRegistration(fixture, registration, [await attest(fixture, registration)]))
      .to.be.revertedWithCustomError(registry, 'SharedRole')
      .withArgs(actors.healer.address)
    await register(fixture, { publisher: ethers.ZeroAddress, healer: ethers.ZeroAddress })
  })

  it('refuses a trust without an owner, a signer or a key, but lets the guardian be empty', async () => {
    const fixture = await loadEmpty()
    for (const part of [
      { owner: ethers.ZeroAddress },
      { signer: ethers.ZeroAddress },
      { pqKeyHash: ethers.ZeroHash },
    ]) {
      const trust = trustOf(fixture, part)
      const registration = registrationOf(fixture, { trust })
      await expect(sendRegistration(fixture, registration, [await attest(fixture, registration)]))
        .to.be.revertedWithCustomError(fixture.registry, 'IncompleteTrust')
        .withArgs(trust.owner, trust.signer, trust.pqKeyHash)
    }
    await register(fixture, { trust: trustOf(fixture, { guardian: ethers.ZeroAddress }) })
  })
})

describe('a quorum of registrars', () => {
  it('registers with two of three, in ascending order of signers', async () => {
    const fixture = await deployTwoOfThree()
    const [a, , c] = fixture.registrars
    const registration = registrationOf(fixture)
    await sendRegistration(fixture, registration, [
      await attest(fixture, registration, a),
      await attest(fixture, registration, c),
    ])
    expect(await fixture.registry.QUORUM()).to.equal(2n)
  })

  it('refuses one, one twice, two out of order, and one with a stranger', async () => {
    const fixture = await deployTwoOfThree()
    const [a, b] = fixture.registrars
    const registration = registrationOf(fixture)
    const byA = await attest(fixture, registration, a)
    const byB = await attest(fixture, registration, b)
    const byStranger = await attest(fixture, registration, fixture.actors.stranger)
    for (const attestations of [[byA], [byA, byA], [byB, byA], [byA, byStranger]]) {
      await expect(sendRegistration(fixture, registration, attestations))
        .to.be.revertedWithCustomError(fixture.registry, 'BadAttestation')
        .withArgs(1, 2)
    }
  })

  it('is named and dismissed by the timelock alone', async () => {
    const fixture = await loadEmpty()
    const { registry, actors, as } = fixture
    const role = await registry.REGISTRAR_ROLE()
    await expect(as('owner').grantRole(role, actors.stranger.address)).to.be.revertedWithCustomError(
      registry,
      'AccessControlUnauthorizedAccount',
    )
    await expect(as('registrar').grantRole(role, actors.stranger.address)).to.be.revertedWithCustomError(
      registry,
      'AccessControlUnauthorizedAccount',
    )
    await as('timelock').grantRole(role, actors.stranger.address)
    await as('timelock').revokeRole(role, actors.registrar.address)
    const registration = registrationOf(fixture)
    await expect(
      sendRegistration(fixture, registration, [await attest(fixture, registration)]),
    ).to.be.revertedWithCustomError(registry, 'BadAttestation')
    await sendRegistration(fixture, registration, [await attest(fixture, registration, actors.stranger)])
  })

  it('cannot be built of none, of too few, of one account twice, or of nobody', async () => {
    const { registry, actors } = await loadEmpty()
    const { timelock, registrar, stranger } = actors
    const [a, b] = [registrar.address, stranger.address]
    const cases: [string[], number, number][] = [
      [[], 0, 0],
      [[a], 0, 1],
      [[a], 2, 1],
      [[a, a], 1, 1],
      [[a, b, ethers.ZeroAddress], 2, 2],
    ]
    for (const [registrars, quorum, granted] of cases) {
      await expect(ethers.deployContract('DomainSyncRegistry', [timelock.address, registrars, quorum]))
        .to.be.revertedWithCustomError(registry, 'BadQuorum')
        .withArgs(granted, quorum)
    }
  })
})

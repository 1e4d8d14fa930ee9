import { expect } from 'chai'
import { ethers, loadFullRing, loadRegistered, loadThreeReleases, networkHelpers } from './support/environment.ts'
import {
  FAR,
  keep,
  LANE,
  publish,
  type RegistryFixture,
  register,
  rollBack,
  rootOf,
  seqOf,
  signSync,
} from './support/registry-fixture.ts'

describe('sync', () => {
  it('appends the next release, makes it live and stable, raises the fence, and logs it', async () => {
    const fixture = await loadRegistered()
    const { registry, domain, as } = fixture
    for (const number of [1, 2, 3]) {
      const time = (await networkHelpers.time.latest()) + 12
      await networkHelpers.time.setNextBlockTimestamp(time)
      await expect(as('publisher').sync(domain, rootOf(fixture, number), number - 1))
        .to.emit(registry, 'DomainSync')
        .withArgs(domain, rootOf(fixture, number), time, true)
      const { ipfsHash, live, latest, seq, stable } = await registry.head(domain)
      expect({ ipfsHash, live, latest, seq, stable }).to.deep.equal({
        ipfsHash: rootOf(fixture, number),
        live: BigInt(number),
        latest: BigInt(number),
        seq: BigInt(number),
        stable: true,
      })
    }
  })

  it('has the event that readers outside know', async () => {
    const { registry } = await loadRegistered()
    expect(registry.interface.getEvent('DomainSync').format('full')).to.equal(
      'event DomainSync(address indexed domain, bytes32 indexed ipfsHash, uint256 timestamp, bool success)',
    )
  })

  it('refuses a stale or a future seq and says which it is', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as } = fixture
    for (const expected of [2, 4]) {
      await expect(as('publisher').sync(domain, rootOf(fixture, 4), expected))
        .to.be.revertedWithCustomError(registry, 'StaleSeq')
        .withArgs(expected, 3)
    }
  })

  it('lets one of two racing publishers win', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as } = fixture
    await as('publisher').sync(domain, rootOf(fixture, 4), 3)
    await expect(as('publisher').sync(domain, rootOf(fixture, 99), 3)).to.be.revertedWithCustomError(
      registry,
      'StaleSeq',
    )
    expect((await registry.head(domain)).ipfsHash).to.equal(rootOf(fixture, 4))
  })

  it('refuses the zero hash', async () => {
    const { registry, domain, as } = await loadRegistered()
    await expect(as('publisher').sync(domain, ethers.ZeroHash, 0)).to.be.revertedWithCustomError(registry, 'ZeroHash')
  })

  it('refuses a domain that nobody registered', async () => {
    const fixture = await loadRegistered()
    const { registry, actors, as } = fixture
    await expect(as('publisher').sync(actors.stranger.address, rootOf(fixture, 1), 0))
      .to.be.revertedWithCustomError(registry, 'NotRegistered')
      .withArgs(actors.stranger.address)
  })

  it('goes on after a rollback with a new number: none is used twice', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain } = fixture
    await rollBack(fixture, domain, 1)
    await publish(fixture, domain)
    const { live, latest, ipfsHash } = await registry.head(domain)
    expect([live, latest, ipfsHash]).to.deep.equal([4n, 4n, rootOf(fixture, 4)])
    expect(await stableNumbers(fixture, domain)).to.deep.equal([4n, 1n])
  })

  it('does not overwrite the live release, unless that is kept', async () => {
    const fixture = await loadFullRing()
    const { registry, domain, as } = fixture
    await rollBack(fixture, domain, 3)
    const next = rootOf(fixture, 11)
    await expect(as('publisher').sync(domain, next, await seqOf(fixture, domain)))
      .to.be.revertedWithCustomError(registry, 'EvictsLive')
      .withArgs(3)
    await keep(fixture, domain, 3)
    await publish(fixture, domain)
    expect((await registry.head(domain)).ipfsHash).to.equal(next)
    expect([...(await registry.releaseAt(domain, 3))]).to.deep.equal([rootOf(fixture, 3), true])
    expect([...(await registry.rollbackTarget(domain))]).to.deep.equal([3n, rootOf(fixture, 3)])
  })

  it('overwrites a live release that is quarantined: it is nothing to go back to', async () => {
    const fixture = await loadFullRing()
    const { registry, domain, as } = fixture
    await rollBack(fixture, domain, 3)
    await as('guardian').quarantine(domain, 3)
    await publish(fixture, domain)
    expect((await registry.head(domain)).live).to.equal(11n)
    expect((await registry.releaseAt(domain, 3)).ipfsHash).to.equal(ethers.ZeroHash)
  })

  it('overwrites the release before the last seven', async () => {
    const fixture = await loadFullRing()
    const { registry, domain } = fixture
    expect((await registry.releaseAt(domain, 3)).ipfsHash).to.equal(rootOf(fixture, 3))
    await publish(fixture, domain)
    expect([...(await registry.releaseAt(domain, 3))]).to.deep.equal([ethers.ZeroHash, false])
    expect((await registry.releaseAt(domain, 4)).ipfsHash).to.equal(rootOf(fixture, 4))
  })

  it('ends at the last fence there is, and touches nothing else then', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain, as } = fixture
    const slot = ethers.solidityPackedKeccak256(['uint256', 'uint256'], [domain, 0])
    const word = await ethers.provider.getStorage(registry, slot)
    const last = ethers.concat(['0xffffffff', ethers.dataSlice(word, 4)])
    await networkHelpers.setStorageAt(await registry.getAddress(), slot, last)
    const before = await registry.head(domain)
    expect([before.seq, before.latest]).to.deep.equal([2n ** 32n - 1n, 3n])
    await expect(as('publisher').sync(domain, rootOf(fixture, 4), before.seq)).to.be.revertedWithPanic(0x11)
    await expect(as('healer').rollback(domain, 2, before.seq)).to.be.revertedWithPanic(0x11)
    expect(await registry.head(domain)).to.deep.equal(before)
  })

  it('keeps domains apart', async () => {
    const fixture = await loadThreeReleases()
    const other = await register(fixture, { name: 'example.org' })
    await publish(fixture, other)
    expect((await fixture.registry.head(other)).latest).to.equal(1n)
    expect((await fixture.registry.head(fixture.domain)).latest).to.equal(3n)
  })
})

describe('syncWithSignature', () => {
  async function signed(fixture: RegistryFixture & { domain: string }, changes: { deadline?: bigint } = {}) {
    const { domain, actors } = fixture
    const message = { domain, ipfsHash: rootOf(fixture, 4), expectedSeq: 3, deadline: FAR, ...changes }
    return { ...message, signature: await signSync(fixture, message, actors.publisher) }
  }

  it('publishes what the publisher signed, sent by anybody, once', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as } = fixture
    const { domain, ipfsHash, expectedSeq, deadline, signature } = await signed(fixture)
    await as('stranger').syncWithSignature(domain, ipfsHash, expectedSeq, deadline, signature)
    expect((await registry.head(domain)).ipfsHash).to.equal(ipfsHash)
    await expect(as('stranger').syncWithSignature(domain, ipfsHash, expectedSeq, deadline, signature))
      .to.be.revertedWithCustomError(registry, 'StaleSeq')
      .withArgs(3, 4)
  })

  it('refuses a signature of which anything was changed', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, actors } = fixture
    const other = await register(fixture, { name: 'example.org' })
    const { domain, ipfsHash, expectedSeq, deadline, signature } = await signed(fixture)
    const cases = [
      [other, ipfsHash, expectedSeq, deadline, signature],
      [domain, rootOf(fixture, 5), expectedSeq, deadline, signature],
      [domain, ipfsHash, 4, deadline, signature],
      [domain, ipfsHash, expectedSeq, deadline + 1n, signature],
      [domain, ipfsHash, expectedSeq, deadline, `${signature.slice(0, -2)}00`],
      [domain, ipfsHash, expectedSeq, deadline, '0x'],
    ] as const
    for (const args of cases) {
      await expect(as('stranger').syncWithSignature(...args))
        .to.be.revertedWithCustomError(registry, 'BadSignature')
        .withArgs(actors.publisher.address)
    }
  })

  it('refuses after the deadline', async () => {
    const fixture = await loadThreeReleases()
    const deadline = BigInt(await networkHelpers.time.latest()) + 100n
    const { domain, ipfsHash, expectedSeq, signature } = await signed(fixture, { deadline })
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1n)
    await expect(fixture.as('stranger').syncWithSignature(domain, ipfsHash, expectedSeq, deadline, signature))
      .to.be.revertedWithCustomError(fixture.registry, 'Expired')
      .withArgs(deadline, deadline + 1n)
  })

  it('cannot be used where nobody may publish', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as } = fixture
    const nobody = await register(fixture, { name: 'nobody.example', publisher: ethers.ZeroAddress })
    const { ipfsHash, deadline, signature } = await signed(fixture)
    for (const domain of [nobody, fixture.actors.stranger.address]) {
      await expect(as('stranger').syncWithSignature(domain, ipfsHash, 0, deadline, signature))
        .to.be.revertedWithCustomError(registry, 'BadSignature')
        .withArgs(ethers.ZeroAddress)
    }
  })

  it('asks a contract that publishes (ERC-1271)', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, actors, domain } = fixture
    const wallet = await ethers.deployContract('SignatureWallet', [actors.publisher.address])
    await as('owner').setRoles(domain, await wallet.getAddress(), actors.healer.address)
    const sync = { domain, ipfsHash: rootOf(fixture, 4), expectedSeq: 4, deadline: FAR }
    const sign = (actor: 'publisher' | 'stranger') => signSync(fixture, sync, actors[actor])
    const send = async (signature: string) =>
      as('stranger').syncWithSignature(domain, rootOf(fixture, 4), 4, FAR, signature)
    await expect(send(await sign('stranger'))).to.be.revertedWithCustomError(registry, 'BadSignature')
    await send(await sign('publisher'))
    expect((await registry.head(domain)).latest).to.equal(4n)
  })
})

describe('syncBatch', () => {
  it('publishes what it can, logs the rest as failed, and counts', async () => {
    const fixture = await loadFullRing()
    const { registry, as, domain } = fixture
    const stale = await register(fixture, { name: 'stale.example' })
    const paused = await register(fixture, { name: 'paused.example' })
    const fine = await register(fixture, { name: 'fine.example' })
    await as('owner').pause(paused, LANE.publishing)
    await rollBack(fixture, domain, 3) // now the next release would evict the live one
    const ipfsHash = rootOf(fixture, 1)
    const items = [
      { domain: stale, expectedSeq: 1, ipfsHash },
      { domain: paused, expectedSeq: 1, ipfsHash },
      { domain, expectedSeq: await seqOf(fixture, domain), ipfsHash },
      { domain: fine, expectedSeq: 0, ipfsHash },
      { domain: fine, expectedSeq: 1, ipfsHash: rootOf(fixture, 2) },
      { domain: fine, expectedSeq: 1, ipfsHash: rootOf(fixture, 3) },
    ]
    expect(await as('publisher').syncBatch.staticCall(items)).to.equal(4n)
    const receipt = await (await as('publisher').syncBatch(items)).wait()
    const logs = receipt!.logs.map((log) => registry.interface.parseLog(log)!.args)
    expect(logs.map((args) => [args.domain, args.ipfsHash, args.success])).to.deep.equal([
      [stale, ipfsHash, false],
      [paused, ipfsHash, false],
      [domain, ipfsHash, false],
      [fine, ipfsHash, true],
      [fine, rootOf(fixture, 2), true],
      [fine, rootOf(fixture, 3), false],
    ])
    for (const untouched of [stale, paused]) expect((await registry.head(untouched)).latest).to.equal(0n)
    expect((await registry.head(domain)).live).to.equal(3n)
    expect((await registry.head(fine)).latest).to.equal(2n)
  })

  it('overwrites the live release when that is kept', async () => {
    const fixture = await loadFullRing()
    const { registry, as, domain } = fixture
    await keep(fixture, domain, 3)
    await rollBack(fixture, domain, 3)
    const item = { domain, expectedSeq: await seqOf(fixture, domain), ipfsHash: rootOf(fixture, 11) }
    expect(await as('publisher').syncBatch.staticCall([item])).to.equal(0n)
    await as('publisher').syncBatch([item])
    expect((await registry.head(domain)).live).to.equal(11n)
    expect((await registry.releaseAt(domain, 3)).stable).to.equal(true)
  })

  it('reverts whole for a foreign domain or a zero hash', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain, actors } = fixture
    const mine = { domain, expectedSeq: 3, ipfsHash: rootOf(fixture, 4) }
    const foreign = await register(fixture, { name: 'foreign.example', publisher: actors.stranger.address })
    await expect(as('publisher').syncBatch([mine, { ...mine, domain: foreign, expectedSeq: 0 }]))
      .to.be.revertedWithCustomError(registry, 'NotAuthorized')
      .withArgs(foreign, actors.publisher.address)
    await expect(as('publisher').syncBatch([mine, { ...mine, domain: actors.next.address }]))
      .to.be.revertedWithCustomError(registry, 'NotRegistered')
      .withArgs(actors.next.address)
    await expect(
      as('publisher').syncBatch([mine, { ...mine, expectedSeq: 4, ipfsHash: ethers.ZeroHash }]),
    ).to.be.revertedWithCustomError(registry, 'ZeroHash')
    expect((await registry.head(domain)).latest).to.equal(3n)
  })
})

describe('failed attempts', () => {
  it('are logged by publisher and healer and move nothing, seq included', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    const before = await registry.head(domain)
    await expect(as('publisher').logFailure(domain, rootOf(fixture, 4)))
      .to.emit(registry, 'DomainSync')
      .withArgs(domain, rootOf(fixture, 4), (time: bigint) => time > 0n, false)
    await expect(as('healer').logHealthFailure(domain, rootOf(fixture, 3)))
      .to.emit(registry, 'DomainSync')
      .withArgs(domain, rootOf(fixture, 3), (time: bigint) => time > 0n, false)
    expect(await registry.head(domain)).to.deep.equal(before)
  })

  it('can be logged while lanes are paused, and with no root yet', async () => {
    const { registry, as, domain } = await loadThreeReleases()
    await as('guardian').pause(domain, LANE.publishing | LANE.healing)
    await expect(as('publisher').logFailure(domain, ethers.ZeroHash)).to.emit(registry, 'DomainSync')
    await expect(as('healer').logHealthFailure(domain, ethers.ZeroHash)).to.emit(registry, 'DomainSync')
  })

  it('of a domain that nobody registered are refused', async () => {
    const { registry, as, actors } = await loadThreeReleases()
    const nowhere = actors.next.address
    for (const call of [as('publisher').logFailure, as('healer').logHealthFailure]) {
      await expect(call(nowhere, ethers.ZeroHash))
        .to.be.revertedWithCustomError(registry, 'NotRegistered')
        .withArgs(nowhere)
    }
  })
})

async function stableNumbers({ registry }: RegistryFixture, domain: string): Promise<bigint[]> {
  const { releases, stable } = await registry.ring(domain)
  return releases.filter((_, index) => stable[index])
}

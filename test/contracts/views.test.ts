import { expect } from 'chai'
import fc from 'fast-check'
import { rootFromHash } from '../../packages/core/src/root-hash.ts'
import { ethers, loadFullRing, loadRegistered, loadThreeReleases } from './support/environment.ts'
import { fieldsOf, keep, publish, rollBack, rootOf } from './support/registry-fixture.ts'

describe('headCid', () => {
  it('is the CID of the live release', async () => {
    const fixture = await loadThreeReleases()
    const { registry, domain } = fixture
    const cid = await registry.headCid(domain)
    expect(cid).to.equal(rootFromHash(rootOf(fixture, 3) as `0x${string}`).toString())
    expect(cid).to.match(/^bafybei[a-z2-7]{52}$/)
    await rollBack(fixture, domain, 2)
    expect(await registry.headCid(domain)).to.equal(rootFromHash(rootOf(fixture, 2) as `0x${string}`).toString())
  })

  it('is right for any digest', async () => {
    const fixture = await loadRegistered()
    const { registry, domain, as } = fixture
    const digests = ['0x'.padEnd(66, 'f'), `0x${'1'.padStart(64, '0')}`, `0x${'8'.padEnd(64, '0')}`]
    const any = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => ethers.hexlify(bytes))
    for (const digest of [...digests, ...fc.sample(any, 20)].filter((digest) => BigInt(digest) !== 0n)) {
      await as('publisher').sync(domain, digest, (await registry.head(domain)).seq)
      expect(await registry.headCid(domain)).to.equal(rootFromHash(digest as `0x${string}`).toString())
    }
  })

  it('is empty before the first release, while the live one is quarantined, and for nobody’s domain', async () => {
    const { registry, domain, as, actors } = await loadRegistered()
    expect(await registry.headCid(domain)).to.equal('')
    expect(await registry.headCid(actors.stranger.address)).to.equal('')
    await as('publisher').sync(domain, ethers.id('x'), 0)
    await as('guardian').quarantine(domain, 1)
    expect(await registry.headCid(domain)).to.equal('')
  })
})

describe('ring', () => {
  it('holds the last eight, newest first', async () => {
    const fixture = await loadFullRing()
    await fixture.as('guardian').quarantine(fixture.domain, 6)
    const { releases, ipfsHashes, stable } = await fixture.registry.ring(fixture.domain)
    expect([...releases]).to.deep.equal([10n, 9n, 8n, 7n, 6n, 5n, 4n, 3n])
    expect([...ipfsHashes]).to.deep.equal(releases.map((release) => rootOf(fixture, release)))
    expect([...stable]).to.deep.equal([true, true, true, true, false, true, true, true])
  })

  it('is empty where nothing is yet', async () => {
    const fixture = await loadThreeReleases()
    const { releases, ipfsHashes, stable } = await fixture.registry.ring(fixture.domain)
    expect([...releases]).to.deep.equal([3n, 2n, 1n, 0n, 0n, 0n, 0n, 0n])
    expect(ipfsHashes.slice(3)).to.deep.equal(Array(5).fill(ethers.ZeroHash))
    expect([...stable]).to.deep.equal([true, true, true, false, false, false, false, false])
  })
})

describe('rollbackTarget', () => {
  it('is the newest stable release older than live', async () => {
    const fixture = await loadFullRing()
    const { registry, as, domain } = fixture
    const target = async () => fieldsOf(await registry.rollbackTarget(domain))
    expect(await target()).to.deep.equal({ release: 9n, ipfsHash: rootOf(fixture, 9) })
    await as('guardian').quarantine(domain, 9)
    await as('guardian').quarantine(domain, 8)
    expect(await target()).to.deep.equal({ release: 7n, ipfsHash: rootOf(fixture, 7) })
    await rollBack(fixture, domain, 7)
    expect((await target()).release).to.equal(6n)
    await as('owner').reinstate(domain, 9) // newer than live: no target
    expect((await target()).release).to.equal(6n)
  })

  it('is the kept release when the ring has none', async () => {
    const fixture = await loadThreeReleases()
    const { registry, as, domain } = fixture
    await keep(fixture, domain, 2)
    await publish(fixture, domain, 8)
    for (const release of [4, 5, 6, 7, 8, 9, 10]) await as('guardian').quarantine(domain, release)
    expect(fieldsOf(await registry.rollbackTarget(domain))).to.deep.equal({
      release: 2n,
      ipfsHash: rootOf(fixture, 2),
    })
    await as('guardian').quarantine(domain, 2)
    expect((await registry.rollbackTarget(domain)).release).to.equal(0n)
  })

  it('is none with one release or none', async () => {
    const fixture = await loadRegistered()
    expect((await fixture.registry.rollbackTarget(fixture.domain)).release).to.equal(0n)
    await publish(fixture, fixture.domain)
    expect((await fixture.registry.rollbackTarget(fixture.domain)).release).to.equal(0n)
  })
})

describe('what nobody registered', () => {
  it('is zero everywhere', async () => {
    const { registry, actors } = await loadRegistered()
    const nowhere = actors.stranger.address
    expect([...(await registry.head(nowhere))]).to.deep.equal([ethers.ZeroHash, 0n, 0n, 0n, false, 0n])
    expect([...(await registry.kept(nowhere))]).to.deep.equal([0n, ethers.ZeroHash])
    expect([...(await registry.releaseAt(nowhere, 1))]).to.deep.equal([ethers.ZeroHash, false])
    expect([...(await registry.releaseAt(nowhere, 0))]).to.deep.equal([ethers.ZeroHash, false])
    expect([...(await registry.feedHead(nowhere))]).to.deep.equal([ethers.ZeroHash, 0n])
    expect(await registry.nodeOf(nowhere)).to.equal(ethers.ZeroHash)
    expect((await registry.trustAt(nowhere, 1)).owner).to.equal(ethers.ZeroAddress)
  })
})

describe('the contract', () => {
  it('has an EIP-712 domain that says what signers see', async () => {
    const { registry, location } = await loadRegistered()
    const { name, version, chainId, verifyingContract } = await registry.eip712Domain()
    expect({ name, version, chainId, verifyingContract }).to.deep.equal({
      name: 'DomainSync',
      version: '1',
      chainId: location.chainId,
      verifyingContract: location.registry,
    })
  })
})

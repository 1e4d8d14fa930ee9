import { expect } from 'chai'
import { ZeroAddress, ZeroHash } from 'ethers'
import { loadFullRing, networkHelpers } from './support/environment.ts'
import { errorsByFunction } from './support/errors-by-function.ts'
import {
  attest,
  attestReclaim,
  FAR,
  LANE,
  NAME,
  register,
  registrationOf,
  rootOf,
  sendRegistration,
  signSync,
  trustArgument,
  trustOf,
} from './support/registry-fixture.ts'

type Fixture = Awaited<ReturnType<typeof loadFullRing>>

/** Brings a domain with ten releases (seq 10) where a call must fail, and makes it. */
type Refused = (fixture: Fixture) => Promise<unknown>

const OTHER = 'other.example'
const digest = (f: Fixture) => rootOf(f, 11)
const nobody = (f: Fixture) => trustArgument(trustOf(f, { owner: ZeroAddress }))
const next = (f: Fixture) => trustArgument(trustOf(f, { owner: f.actors.next.address }))

const paused =
  (call: Refused, lane: bigint = LANE.publishing): Refused =>
  async (f) => {
    await f.as('guardian').pause(f.domain, lane)
    return call(f)
  }

const inFeed =
  (call: Refused): Refused =>
  async (f) => {
    await f.as('owner').setFeed(f.domain, await register(f, { name: OTHER }))
    return call(f)
  }

/** The live release becomes the oldest in the ring: the next one would overwrite it. */
const liveIsOldest =
  (call: Refused): Refused =>
  async (f) => {
    await f.as('healer').rollback(f.domain, 3, 10)
    return call(f)
  }

const signed = async (f: Fixture, { seq = 10, deadline = FAR, ipfsHash = digest(f), by = f.actors.publisher } = {}) => {
  const sync = { domain: f.domain, ipfsHash, expectedSeq: seq, deadline }
  const signature = await signSync(f, sync, by)
  return f.as('stranger').syncWithSignature(f.domain, ipfsHash, seq, deadline, signature)
}

const registers = async (f: Fixture, changes: Parameters<typeof registrationOf>[1]) => {
  const registration = registrationOf(f, { name: OTHER, ...changes })
  return sendRegistration(f, registration, [await attest(f, registration)])
}

const reclaims = async (f: Fixture, { name = NAME, trust = trustOf(f), deadline = FAR, attested = true } = {}) => {
  const attestations = attested ? [await attestReclaim(f, trust, 0)] : []
  return f.as('stranger').startReclaim(name, trustArgument(trust), deadline, attestations)
}

const whileReclaimed =
  (call: Refused): Refused =>
  async (f) => {
    await reclaims(f)
    return call(f)
  }

const proposed =
  (call: Refused): Refused =>
  async (f) => {
    await f.as('owner').proposeTrust(f.domain, next(f))
    return call(f)
  }

/** Every error of every function, with a call that it refuses. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, Refused>>>> = {
  constructor: {
    BadQuorum: (f: Fixture) =>
      f.ethers.deployContract('DomainSyncRegistry', [f.actors.timelock, [f.actors.registrar], 2]),
  },
  register: {
    AlreadyRegistered: (f) => registers(f, { name: NAME }),
    BadAttestation: (f) => sendRegistration(f, registrationOf(f, { name: OTHER }), []),
    BadName: (f) => registers(f, { name: 'a..example' }),
    Expired: (f) => registers(f, { deadline: 1n }),
    IncompleteTrust: (f) => registers(f, { trust: trustOf(f, { signer: ZeroAddress }) }),
    SharedRole: (f) => registers(f, { healer: f.actors.publisher.address }),
  },
  startReclaim: {
    BadAttestation: (f) => reclaims(f, { attested: false }),
    BadName: (f) => reclaims(f, { name: 'A.example' }),
    Expired: (f) => reclaims(f, { deadline: 1n }),
    IncompleteTrust: (f) => reclaims(f, { trust: trustOf(f, { pqKeyHash: ZeroHash }) }),
    NotRegistered: (f) => reclaims(f, { name: OTHER }),
  },
  objectReclaim: {
    NoPendingTrust: (f) => f.as('owner').objectReclaim(f.domain),
    NotAuthorized: whileReclaimed((f) => f.as('guardian').objectReclaim(f.domain)),
    NotRegistered: (f) => f.as('owner').objectReclaim(f.actors.stranger),
  },
  sync: {
    EvictsLive: liveIsOldest((f) => f.as('publisher').sync(f.domain, digest(f), 11)),
    LanePaused: paused((f) => f.as('publisher').sync(f.domain, digest(f), 11)),
    StaleSeq: (f) => f.as('publisher').sync(f.domain, digest(f), 9),
    ZeroHash: (f) => f.as('publisher').sync(f.domain, ZeroHash, 10),
  },
  syncWithSignature: {
    BadSignature: (f) => signed(f, { by: f.actors.stranger }),
    EvictsLive: liveIsOldest((f) => signed(f, { seq: 11 })),
    Expired: (f) => signed(f, { deadline: 1n }),
    LanePaused: paused((f) => signed(f, { seq: 11 })),
    StaleSeq: (f) => signed(f, { seq: 9 }),
    ZeroHash: (f) => signed(f, { ipfsHash: ZeroHash }),
  },
  syncBatch: {
    ZeroHash: (f) => f.as('publisher').syncBatch([{ domain: f.domain, ipfsHash: ZeroHash, expectedSeq: 10 }]),
  },
  logFailure: { LanePaused: inFeed((f) => f.as('publisher').logFailure(f.domain, ZeroHash)) },
  logHealthFailure: { LanePaused: inFeed((f) => f.as('healer').logHealthFailure(f.domain, ZeroHash)) },
  rollback: {
    LanePaused: paused((f) => f.as('healer').rollback(f.domain, 9, 11), LANE.healing),
    NotStable: (f) => f.as('healer').rollback(f.domain, 2, 10),
    StaleSeq: (f) => f.as('healer').rollback(f.domain, 9, 9),
  },
  keep: {
    EvictsLive: async (f) => {
      await f.as('healer').keep(f.domain, 9, 10)
      for (let seq = 11; seq < 19; seq++) await f.as('publisher').sync(f.domain, digest(f), seq)
      await f.as('healer').rollback(f.domain, 9, 19)
      await f.as('owner').quarantine(f.domain, 9)
      await f.as('owner').reinstate(f.domain, 12)
      return f.as('healer').keep(f.domain, 12, 22)
    },
    LanePaused: paused((f) => f.as('healer').keep(f.domain, 9, 11), LANE.healing),
    NotNewer: async (f) => {
      await f.as('healer').keep(f.domain, 9, 10)
      return f.as('healer').keep(f.domain, 8, 11)
    },
    NotStable: (f) => f.as('healer').keep(f.domain, 2, 10),
    StaleSeq: (f) => f.as('healer').keep(f.domain, 9, 9),
  },
  quarantine: { NotStable: (f) => f.as('guardian').quarantine(f.domain, 2) },
  reinstate: { NotStable: (f) => f.as('owner').reinstate(f.domain, 11) },
  pause: { LanePaused: paused((f) => f.as('healer').pause(f.domain, LANE.publishing), LANE.healing) },
  setRoles: { SharedRole: (f) => f.as('owner').setRoles(f.domain, f.actors.next, f.actors.next) },
  setFeed: { SharedRole: (f) => f.as('owner').setFeed(f.domain, f.domain) },
  anchor: {
    LanePaused: paused((f) => f.as('publisher').anchor(f.domain, digest(f), ZeroHash, 11)),
    StaleSeq: (f) => f.as('publisher').anchor(f.domain, digest(f), ZeroHash, 9),
    ZeroHash: (f) => f.as('publisher').anchor(f.domain, ZeroHash, ZeroHash, 10),
  },
  proposeTrust: {
    IncompleteTrust: (f) => f.as('owner').proposeTrust(f.domain, nobody(f)),
    ReclaimPending: whileReclaimed((f) => f.as('owner').proposeTrust(f.domain, next(f))),
  },
  cancelTrust: {
    NoPendingTrust: (f) => f.as('owner').cancelTrust(f.domain),
    ReclaimPending: whileReclaimed((f) => f.as('owner').cancelTrust(f.domain)),
  },
  acceptTrust: {
    NoPendingTrust: (f) => f.as('next').acceptTrust(f.domain, next(f)),
    TooEarly: proposed((f) => f.as('next').acceptTrust(f.domain, next(f))),
    TrustMismatch: proposed(async (f) => {
      await networkHelpers.time.increase(2 * 86_400)
      return f.as('next').acceptTrust(f.domain, trustArgument(trustOf(f)))
    }),
  },
  domainId: { BadName: (f) => f.registry.domainId('-.-.') },
}

/** In the source, yet out of reach: a trust is complete when it is proposed, and a reclaim gives both roles to nobody. */
const UNREACHABLE = ['acceptTrust IncompleteTrust', 'acceptTrust SharedRole']

/** permissions.test.ts has them for every call but these. */
const WHO = ['NotAuthorized', 'NotRegistered']
const NOT_IN_PERMISSIONS = ['startReclaim', 'objectReclaim']

describe('every function refuses', () => {
  for (const [name, errors] of Object.entries(REFUSED)) {
    for (const [error, refused] of Object.entries(errors)) {
      it(`${name}: ${error}`, async () => {
        const fixture = await loadFullRing()
        await expect(refused(fixture)).to.be.revertedWithCustomError(fixture.registry, error)
      })
    }
  }

  it('with each error that its source has', async () => {
    const inSource = [...(await errorsByFunction())].flatMap(([name, errors]) =>
      errors
        .filter((error) => !WHO.includes(error) || NOT_IN_PERMISSIONS.includes(name))
        .map((error) => `${name} ${error}`),
    )
    const here = Object.entries(REFUSED).flatMap(([name, errors]) =>
      Object.keys(errors).map((error) => `${name} ${error}`),
    )
    expect([...here, ...UNREACHABLE].sort()).to.deep.equal(inSource.sort())
  })

  it('with each error of the interface somewhere', async () => {
    const { registry } = await loadFullRing()
    const all = registry.interface.fragments.filter(({ type }) => type === 'error').map((one) => one.format('sighash'))
    const ours = new Set([...(await errorsByFunction()).values()].flat())
    // the others are OpenZeppelin's
    const theirs = /^(AccessControl|ECDSA|InvalidShortString|StringTooLong)/
    expect(
      all
        .map((one) => one.split('(')[0]!)
        .filter((one) => !theirs.test(one))
        .sort(),
    ).to.deep.equal([...ours].sort())
  })
})

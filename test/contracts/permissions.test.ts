import { expect } from 'chai'
import type { ContractTransactionResponse } from 'ethers'
import { loadFullRing } from './support/environment.ts'
import { ACTORS, type Actor, LANE, rootOf, trustArgument, trustOf } from './support/registry-fixture.ts'

type Fixture = Awaited<ReturnType<typeof loadFullRing>>
interface Call {
  /** Everyone who may; everyone else gets `NotAuthorized`. */
  readonly may: readonly Actor[]
  /** Brings the domain where the call makes sense. */
  readonly given?: (fixture: Fixture) => Promise<unknown>
  readonly send: (fixture: Fixture, actor: Actor) => Promise<ContractTransactionResponse>
}

const next = (fixture: Fixture) => trustArgument(trustOf(fixture, { owner: fixture.actors.next.address }))

/** Every call that asks who calls, at a domain with ten releases and seq 10. */
const CALLS: Readonly<Record<string, Call>> = {
  sync: { may: ['publisher'], send: (f, actor) => f.as(actor).sync(f.domain, rootOf(f, 11), 10) },
  syncBatch: {
    may: ['publisher'],
    send: (f, actor) => f.as(actor).syncBatch([{ domain: f.domain, ipfsHash: rootOf(f, 11), expectedSeq: 10 }]),
  },
  logFailure: { may: ['publisher'], send: (f, actor) => f.as(actor).logFailure(f.domain, rootOf(f, 11)) },
  anchor: { may: ['publisher'], send: (f, actor) => f.as(actor).anchor(f.domain, rootOf(f, 1), rootOf(f, 2), 10) },
  logHealthFailure: { may: ['healer'], send: (f, actor) => f.as(actor).logHealthFailure(f.domain, rootOf(f, 10)) },
  rollback: { may: ['healer', 'owner'], send: (f, actor) => f.as(actor).rollback(f.domain, 9, 10) },
  keep: { may: ['healer', 'guardian', 'owner'], send: (f, actor) => f.as(actor).keep(f.domain, 9, 10) },
  'pause publishing': {
    may: ['healer', 'guardian', 'owner'],
    send: (f, actor) => f.as(actor).pause(f.domain, LANE.publishing),
  },
  'pause healing': { may: ['guardian', 'owner'], send: (f, actor) => f.as(actor).pause(f.domain, LANE.healing) },
  quarantine: { may: ['guardian', 'owner'], send: (f, actor) => f.as(actor).quarantine(f.domain, 9) },
  reinstate: { may: ['owner'], send: (f, actor) => f.as(actor).reinstate(f.domain, 9) },
  unpause: { may: ['owner'], send: (f, actor) => f.as(actor).unpause(f.domain, LANE.publishing) },
  setRoles: {
    may: ['owner'],
    send: (f, actor) => f.as(actor).setRoles(f.domain, f.actors.next.address, f.actors.stranger.address),
  },
  setFeed: { may: ['owner'], send: (f, actor) => f.as(actor).setFeed(f.domain, '0x'.padEnd(42, '0')) },
  proposeTrust: { may: ['owner'], send: (f, actor) => f.as(actor).proposeTrust(f.domain, next(f)) },
  cancelTrust: {
    may: ['owner', 'guardian'],
    given: (f) => f.as('owner').proposeTrust(f.domain, next(f)),
    send: (f, actor) => f.as(actor).cancelTrust(f.domain),
  },
  acceptTrust: {
    may: ['next'],
    given: async (f) => {
      await f.as('owner').proposeTrust(f.domain, next(f))
      await f.ethers.provider.send('evm_increaseTime', [2 * 86_400])
    },
    send: (f, actor) => f.as(actor).acceptTrust(f.domain, next(f)),
  },
}

describe('who may do what', () => {
  for (const [name, { may, given, send }] of Object.entries(CALLS)) {
    it(`${name}: ${may.join(', ')}; nobody else`, async () => {
      for (const actor of ACTORS) {
        const fixture = await loadFullRing()
        await given?.(fixture)
        if (may.includes(actor)) {
          const receipt = await (await send(fixture, actor)).wait()
          expect(receipt!.status, actor).to.equal(1)
        } else {
          await expect(send(fixture, actor), actor)
            .to.be.revertedWithCustomError(fixture.registry, 'NotAuthorized')
            .withArgs(fixture.domain, fixture.actors[actor].address)
        }
      }
    })
  }

  it('of a domain that nobody registered: nothing', async () => {
    const fixture = await loadFullRing()
    const nowhere = fixture.actors.stranger.address
    for (const [name, { send }] of Object.entries(CALLS)) {
      if (name === 'acceptTrust') continue // there is nothing to accept, which it says first
      await expect(send({ ...fixture, domain: nowhere }, 'owner'), name)
        .to.be.revertedWithCustomError(fixture.registry, 'NotRegistered')
        .withArgs(nowhere)
    }
  })

  it('covers every call that changes state', async () => {
    const { registry } = await loadFullRing()
    const changing = registry.interface.fragments
      .filter((fragment) => fragment.type === 'function')
      .filter((fragment) => !['view', 'pure'].includes(JSON.parse(fragment.format('json')).stateMutability))
      .map((fragment) => (fragment as unknown as { name: string }).name)
    // these ask a signature, or OpenZeppelin's AccessControl, or are tried with reclaim
    const elsewhere = [
      'register',
      'syncWithSignature',
      'startReclaim',
      'objectReclaim',
      'grantRole',
      'revokeRole',
      'renounceRole',
    ]
    const here = Object.keys(CALLS).map((name) => name.split(' ')[0])
    expect(changing.filter((name) => !elsewhere.includes(name)).sort()).to.deep.equal([...new Set(here)].sort())
  })
})

import { ZeroAddress, ZeroHash } from 'ethers'
import { reclaimTypedData } from '../../../packages/bindings/src/reclaim-typed-data.ts'
import type { SignedTrust } from '../../../packages/bindings/src/typed-data.ts'
import {
  ACTORS,
  type Actor,
  attest,
  type RegistryFixture,
  registrationOf,
  rootOf,
  signSync,
  trustArgument,
  trustOf,
} from '../support/registry-fixture.ts'
import { newDomain } from './model-domain.ts'
import type { Caller, RegistryModel } from './registry-model.ts'

/** The names that random calls are about; the last one is not registered at first. */
export const NAMES = ['one.example', 'two.example', 'feed.example', 'nobody.example'] as const

/** One call, for the chain and for the model alike. */
export interface RandomCall {
  readonly fn: string
  readonly domain: string
  readonly actor: Actor
  /** Seconds that pass before it. */
  readonly afterS: number
  /** The contract's arguments; signatures are made now. */
  readonly args: () => Promise<readonly unknown[]>
  readonly model: (model: RegistryModel, by: Caller) => number | undefined
}

/** A number in [0, below), from the seed of the call: the same seed gives the same call in the same state. */
export type Draw = (below: number) => number

export interface World {
  readonly fixture: RegistryFixture
  readonly model: RegistryModel
  /** By name. */
  readonly ids: ReadonlyMap<string, { readonly id: string; readonly node: string }>
}

/** Draws a call: mostly one that is allowed now, often one that is nearly. */
export function randomCall(draw: Draw, world: World): RandomCall {
  const { fixture, model, ids } = world
  const { actors } = fixture
  const oneOf = <T>(list: readonly T[]): T => list[draw(list.length)]!
  const name = draw(12) === 0 ? NAMES[3] : NAMES[draw(3)]!
  const { id, node } = ids.get(name)!
  const state = model.domains.get(id) ?? newDomain(id, node)
  const holder = (...addresses: (string | undefined)[]): Actor => {
    const wanted = draw(6) === 0 ? undefined : oneOf(addresses)
    return ACTORS.find((actor) => actors[actor].address === wanted) ?? oneOf(ACTORS)
  }
  const trust = state.trusts.at(-1)
  const ipfsHash = draw(20) === 0 ? ZeroHash : rootOf(fixture, draw(1_000))
  const expectedSeq = Math.max(0, draw(8) === 0 ? state.seq + draw(3) - 1 : state.seq)
  const release = draw(3) === 0 ? state.kept : Math.max(0, state.latest + 1 - draw(11))
  const item = { domain: id, ipfsHash, expectedSeq }
  const account = () => (draw(6) === 0 ? ZeroAddress : actors[oneOf(ACTORS)].address)

  function call(
    fn: string,
    actor: Actor,
    args: readonly unknown[] | (() => Promise<readonly unknown[]>),
    act: RandomCall['model'],
  ): RandomCall {
    return {
      fn,
      domain: id,
      actor,
      afterS: 1 + (draw(20) === 0 ? draw(40 * 86_400) : draw(600)),
      args: typeof args === 'function' ? args : async () => args,
      model: act,
    }
  }
  const nothing =
    (act: (model: RegistryModel, by: Caller) => void): RandomCall['model'] =>
    (one, by) => {
      act(one, by)
      return undefined
    }

  const calls: Record<string, () => RandomCall> = {
    sync: () =>
      call(
        'sync',
        holder(state.publisher),
        [id, ipfsHash, expectedSeq],
        nothing((one, by) => one.sync(item, by)),
      ),
    syncWithSignature: () => {
      const deadline = draw(10) === 0 ? 1 : 2 ** 40
      const by = holder(state.publisher)
      const spoilt = draw(8) === 0
      const args = async () => {
        const signature = await signSync(fixture, { ...item, deadline }, actors[by])
        return [id, ipfsHash, expectedSeq, deadline, spoilt ? signature.slice(0, -2) : signature]
      }
      const signer = spoilt ? undefined : actors[by].address
      return call(
        'syncWithSignature',
        oneOf(ACTORS),
        args,
        nothing((one, at) => one.syncWithSignature(item, { ...at, deadline, signer })),
      )
    },
    syncBatch: () => {
      const items = Array.from({ length: draw(4) }, () => batchItem())
      return call('syncBatch', holder(state.publisher), [items], (one, by) => one.syncBatch(items, by))
    },
    logFailure: () =>
      call(
        'logFailure',
        holder(state.publisher),
        [id, ipfsHash],
        nothing((one, by) => one.logFailure(id, by)),
      ),
    logHealthFailure: () =>
      call(
        'logHealthFailure',
        holder(state.healer),
        [id, ipfsHash],
        nothing((one, by) => one.logHealthFailure(id, by)),
      ),
    rollback: () =>
      call(
        'rollback',
        holder(state.healer, trust?.owner),
        [id, release, expectedSeq],
        nothing((one, by) => one.rollback(id, release, { ...by, expectedSeq })),
      ),
    keep: () =>
      call(
        'keep',
        holder(state.healer, trust?.guardian, trust?.owner),
        [id, release, expectedSeq],
        nothing((one, by) => one.keep(id, release, { ...by, expectedSeq })),
      ),
    quarantine: () =>
      call(
        'quarantine',
        holder(trust?.guardian, trust?.owner),
        [id, release],
        nothing((one, by) => one.setStable(id, release, { ...by, stable: false })),
      ),
    reinstate: () =>
      call(
        'reinstate',
        holder(trust?.owner),
        [id, release],
        nothing((one, by) => one.setStable(id, release, { ...by, stable: true })),
      ),
    pause: () => {
      const lanes = draw(5)
      return call(
        'pause',
        holder(state.healer, trust?.guardian, trust?.owner),
        [id, lanes],
        nothing((one, by) => one.pause(id, lanes, by)),
      )
    },
    unpause: () => {
      const lanes = oneOf([1, 2, 3, 3, 3, 4])
      return call(
        'unpause',
        holder(trust?.owner),
        [id, lanes],
        nothing((one, by) => one.unpause(id, lanes, by)),
      )
    },
    setRoles: () => {
      const usual = draw(2) === 0
      const publisher = usual ? actors.publisher.address : account()
      const healer = usual ? actors.healer.address : account()
      return call(
        'setRoles',
        holder(trust?.owner),
        [id, publisher, healer],
        nothing((one, by) => one.setRoles(id, { publisher, healer }, by)),
      )
    },
    proposeTrust: () => {
      const next = randomTrust()
      return call(
        'proposeTrust',
        holder(trust?.owner),
        [id, trustArgument(next)],
        nothing((one, by) => one.proposeTrust(id, next, by)),
      )
    },
    cancelTrust: () =>
      call(
        'cancelTrust',
        holder(trust?.owner, trust?.guardian),
        [id],
        nothing((one, by) => one.cancelTrust(id, by)),
      ),
    acceptTrust: () => {
      const next = draw(6) === 0 || !state.pending ? randomTrust() : state.pending.trust
      return {
        ...call(
          'acceptTrust',
          holder(next.owner),
          [id, trustArgument(next)],
          nothing((one, by) => one.acceptTrust(id, next, by)),
        ),
        afterS: draw(3) === 0 ? 86_400 : 31 * 86_400,
      }
    },
    startReclaim: () => {
      const next = randomTrust()
      const deadline = draw(10) === 0 ? 1 : 2 ** 40
      const valid = draw(4) !== 0
      const args = async () => {
        const nonce = state.reclaims
        const { domain, types, message } = reclaimTypedData({ ...fixture.location, name, next, nonce, deadline })
        const signer = valid ? actors.registrar : actors.stranger
        return [name, trustArgument(next), deadline, [await signer.signTypedData(domain, types, message)]]
      }
      return call(
        'startReclaim',
        oneOf(ACTORS),
        args,
        nothing((one, by) => one.startReclaim(id, next, { ...by, deadline, valid })),
      )
    },
    objectReclaim: () =>
      call(
        'objectReclaim',
        holder(trust?.owner),
        [id],
        nothing((one, by) => one.objectReclaim(id, by)),
      ),
    setFeed: () => {
      const feed = draw(3) === 0 ? ZeroAddress : ids.get(oneOf(NAMES))!.id
      return call(
        'setFeed',
        holder(trust?.owner),
        [id, feed],
        nothing((one, by) => one.setFeed(id, feed, by)),
      )
    },
    anchor: () =>
      call(
        'anchor',
        holder(state.publisher),
        [id, ipfsHash, rootOf(fixture, 1), expectedSeq],
        nothing((one, by) => one.anchor(id, ipfsHash, { ...by, expectedSeq })),
      ),
    register: () => {
      const valid = draw(4) !== 0
      const registration = registrationOf(fixture, {
        name,
        trust: randomTrust(),
        deadline: draw(10) === 0 ? 1 : 2 ** 40,
      })
      const args = async () => {
        const signature = await attest(fixture, registration, valid ? actors.registrar : actors.stranger)
        const { trust: first, publisher, healer, deadline } = registration
        return [name, trustArgument(first), publisher, healer, deadline, [signature]]
      }
      return call(
        'register',
        oneOf(ACTORS),
        args,
        nothing((one, by) =>
          one.register({ id, node, ...registration }, registration.trust, {
            ...by,
            deadline: Number(registration.deadline),
            valid,
          }),
        ),
      )
    },
  }

  function batchItem() {
    const other = ids.get(NAMES[draw(3)]!)!.id
    const found = draw(4) === 0 ? (model.domains.get(other) ?? state) : state
    const seq = found.seq + (draw(4) === 0 ? 1 : 0)
    return { domain: found.id, expectedSeq: seq, ipfsHash: draw(30) === 0 ? ZeroHash : rootOf(fixture, draw(1_000)) }
  }

  function randomTrust(): SignedTrust {
    if (draw(8) === 0)
      return trustOf(fixture, oneOf([{ owner: ZeroAddress }, { signer: ZeroAddress }, { pqKeyHash: ZeroHash }]))
    const { owner, next, guardian } = actors
    return trustOf(fixture, {
      owner: oneOf([owner, owner, next]).address,
      guardian: draw(4) === 0 ? ZeroAddress : guardian.address,
      pqKeyHash: rootOf(fixture, draw(5)),
    })
  }

  // what is pending, or not there yet, is what most calls would never meet
  if (state.pending && draw(4) === 0)
    return calls[oneOf(['acceptTrust', 'cancelTrust', 'objectReclaim', 'proposeTrust'])]!()
  if (state.trusts.length === 0 && draw(3) === 0) return calls.register!()
  // publishing and going back are what there is most of
  const weights = { sync: 16, rollback: 5, keep: 5, unpause: 3, proposeTrust: 2, startReclaim: 2, syncBatch: 2 }
  const bag = Object.keys(calls).flatMap((fn) =>
    Array.from({ length: weights[fn as keyof typeof weights] ?? 1 }, () => fn),
  )
  return calls[oneOf(bag)]!()
}

import { expect } from 'chai'
import { type ContractTransactionResponse, ZeroAddress, ZeroHash } from 'ethers'
import * as fc from 'fast-check'
import { isStable, newDomain, ringOf, rollbackTarget, trustAt } from './model/model-domain.ts'
import { type Draw, NAMES, type RandomCall, randomCall, type World } from './model/random-call.ts'
import { RegistryModel, Revert, trustHash } from './model/registry-model.ts'
import { loadEmpty, networkHelpers } from './support/environment.ts'
import { type RegistryFixture, register, registrationOf } from './support/registry-fixture.ts'
import '../support/fuzz-seed.ts'

/** More of it for a long hunt, as for the fuzz tests. */
const RUNS = 12 * Number(process.env.DOMAINSYNC_FUZZ ?? 1)
const CALLS = 120

/** How often each function went through, over all runs: the comparison is not vacuous. */
const wentThrough = new Map<string, number>()

describe('the registry beside a model of its rules', () => {
  it('gives the same state and the same refusals for any calls of anybody', async function () {
    this.timeout(0)
    await fc.assert(fc.asyncProperty(fc.gen(), compare), { numRuns: RUNS, endOnFailure: true })
    const { registry } = await loadEmpty()
    const changing = registry.interface.fragments.filter(
      (fragment): fragment is typeof fragment & { name: string; stateMutability: string } =>
        fragment.type === 'function' && !('constant' in fragment && fragment.constant),
    )
    const ofAccessControl = ['grantRole', 'revokeRole', 'renounceRole']
    const never = changing
      .map(({ name }) => name)
      .filter((name) => !wentThrough.has(name) && !ofAccessControl.includes(name))
    expect(never).to.deep.equal([])
  })
})

/** Any number up to `max`, none more likely than another. */
const evenly = (max: number) => fc.noBias(fc.nat({ max }))

async function compare(generate: fc.GeneratorValue): Promise<void> {
  const world = await openWorld()
  const log: string[] = []
  const draw: Draw = (below) => generate(evenly, below - 1)
  for (let i = 0; i < CALLS; i++) {
    const call = randomCall(draw, world)
    log.push(`${call.actor}: ${call.fn}`)
    const where = log.slice(-5).join(', ')
    const [onChain, inModel] = await both(call, world)
    expect(onChain, where).to.deep.equal(inModel)
    if ('failed' in inModel) wentThrough.set(call.fn, (wentThrough.get(call.fn) ?? 0) + 1)
    for (const { id } of world.ids.values()) {
      if (id !== call.domain && call.fn !== 'syncBatch') continue
      expect(await stateOnChain(id, world), where).to.deep.equal(stateInModel(id, world))
    }
  }
}

/** Two domains and a feed, registered. */
async function openWorld(): Promise<World> {
  const fixture = await loadEmpty()
  const model = new RegistryModel()
  const ids = new Map<string, { id: string; node: string }>()
  for (const name of NAMES) {
    const { domain: id, node } = await fixture.registry.domainId(name)
    ids.set(name, { id, node })
    if (name === NAMES.at(-1)) continue
    await register(fixture, { name })
    const { trust, publisher, healer } = registrationOf(fixture, { name })
    model.register({ id, node, publisher, healer }, trust, { sender: id, now: 0, deadline: 0, valid: true })
  }
  return { fixture, model, ids }
}

type Outcome = { readonly failed: number | undefined } | { readonly error: string; readonly args: readonly string[] }

/** Does the call on both sides; the model stays as it was when it refuses. */
async function both(call: RandomCall, { fixture, model }: World): Promise<[Outcome, Outcome]> {
  const args = await call.args()
  const now = (await networkHelpers.time.latest()) + call.afterS
  await networkHelpers.time.setNextBlockTimestamp(now)
  const onChain = await send(call, args, fixture)
  const before = structuredClone(model.domains)
  try {
    const failed = call.model(model, { sender: fixture.actors[call.actor].address, now })
    return [onChain, { failed }]
  } catch (error) {
    if (!(error instanceof Revert)) throw error
    model.domains.clear()
    for (const [id, domain] of before) model.domains.set(id, domain)
    return [onChain, { error: error.message, args: error.args.map(String) }]
  }
}

/** What a call refuses on chain, or how many items of a batch were logged as failed. */
async function send(
  { fn, actor }: RandomCall,
  args: readonly unknown[],
  { as, registry }: RegistryFixture,
): Promise<Outcome> {
  try {
    const sent = (await as(actor)
      .getFunction(fn)
      .send(...args)) as ContractTransactionResponse
    const { logs } = (await sent.wait())!
    if (fn !== 'syncBatch') return { failed: undefined }
    const successes = logs.map((log) => registry.interface.parseLog(log)!.args.success as boolean)
    return { failed: successes.filter((success) => !success).length }
  } catch (error) {
    const { data } = error as { data?: string }
    const refusal = data === undefined ? null : registry.interface.parseError(data)
    if (refusal === null) throw error
    return { error: refusal.name, args: refusal.args.map(String) }
  }
}

type State = Record<string, unknown>

/** Everything that the views say of a domain. */
async function stateOnChain(id: string, { fixture: { registry }, model }: World): Promise<State> {
  const { latest } = model.domains.get(id) ?? newDomain(id, ZeroHash)
  const epochs = [0, latest, latest + 1].map((release) => registry.trustAt(id, release))
  const [head, ring, kept, target, roles, pending, reclaims, feed, node, ...trusts] = await Promise.all([
    registry.head(id),
    registry.ring(id),
    registry.kept(id),
    registry.rollbackTarget(id),
    registry.roles(id),
    registry.pendingTrust(id),
    registry.reclaims(id),
    registry.feedHead(id),
    registry.nodeOf(id),
    ...epochs,
  ])
  const views = { head, ring, kept, target, roles, pending, reclaims, feed, node, trusts }
  return Object.fromEntries(Object.entries(views).map(([name, view]) => [name, plain(view)]))
}

function stateInModel(id: string, { model }: World): State {
  const domain = model.domains.get(id) ?? newDomain(id, ZeroHash)
  const { live, latest, seq, lanes, kept, publisher, healer, feed, pending, reclaims, root, node } = domain
  const hashOf = (release: number) => domain.releases.get(release)?.ipfsHash ?? ZeroHash
  const ring = ringOf(domain)
  const eight = <T>(values: readonly T[], none: T) => Array.from({ length: 8 }, (_, i) => values[i] ?? none)
  const target = rollbackTarget(domain)
  return {
    head: plain([hashOf(live), live, latest, seq, isStable(domain, live), lanes]),
    ring: plain([
      eight(ring, 0),
      eight(ring.map(hashOf), ZeroHash),
      eight(
        ring.map((one) => isStable(domain, one)),
        false,
      ),
    ]),
    kept: plain([kept, hashOf(kept)]),
    target: plain([target, hashOf(target)]),
    roles: plain([publisher, healer, feed]),
    pending: plain(pending ? [trustHash(pending.trust), pending.notBefore, pending.reclaim] : [ZeroHash, 0, false]),
    reclaims: plain(reclaims),
    feed: plain([root, seq]),
    node: plain(node),
    trusts: [0, latest, latest + 1].map((release) => {
      const trust = trustAt(domain, release)
      if (!trust) return plain([ZeroAddress, ZeroAddress, ZeroAddress, 0, ZeroHash])
      return plain([trust.owner, trust.guardian, trust.signer, trust.fromRelease, trust.pqKeyHash])
    }),
  }
}

/** Texts instead of bigints, arrays instead of results. */
function plain(value: unknown): unknown {
  return Array.isArray(value) ? Array.from(value, plain) : String(value)
}

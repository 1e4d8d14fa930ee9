import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DomainState, parseDomainName } from '../../packages/core/dist/index.js'
import {
  createRpcChain,
  encodeChainProof,
  type OperatorChain,
  openChainProof,
  type ProofSubject,
  parseChainProof,
  readChainProof,
} from '../../packages/sdk/src/index.ts'
import { DOMAIN_SLOTS } from '../../packages/sdk/src/proof/registry-storage.ts'
import { type ChainNode, CHAIN_NODE as kind, startChainNode } from '../support/chain-node.ts'
import { startRpcProxy } from '../support/lying-rpc.ts'
import { deployRegistry, type Role, roleAddress, type TestRegistry } from '../support/test-registry.ts'

const DOMAIN = parseDomainName('bbbhhai.com')
const TWO_DAYS_S = 2 * 86_400
const CALLS = 120

/** Numbers that are the same in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe(`a proof of the registry's state on ${kind}`, { timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  let node: ChainNode
  let registry: TestRegistry
  let chain: OperatorChain
  let subject: ProofSubject
  let id: string

  beforeAll(async () => {
    node = stack.use(await startChainNode(kind))
    registry = await deployRegistry(node)
    stack.defer(() => registry.close())
    id = await registry.register(DOMAIN)
    await registry.register('other.example')
    subject = { domain: DOMAIN, chainId: node.chainId, registry: registry.address }
    chain = createRpcChain({ url: node.url, ...subject })
  })
  afterAll(() => stack.disposeAsync())

  /** What the proof says, and what the views say, at the newest block. */
  async function both(of: ProofSubject = subject) {
    const at = await chain.block('latest')
    const proof = await readChainProof(of, { at, rpcUrls: [node.url] })
    const { block, state } = openChainProof(parseChainProof(encodeChainProof(proof)), of)
    expect(block).toEqual(at)
    return { proof, proven: state, viewed: await chain.domain(of.domain, at) }
  }
  const asViewed = ({ domain, node: full, head, trust, block }: DomainState) => ({
    domain,
    node: full,
    head,
    trust,
    block,
  })

  it('says what the views say, in every state that random calls lead to', async () => {
    const random = randomFrom(7)
    const calls: Record<string, () => Promise<unknown>> = {
      sync: () => registry.sync(id, digest()),
      syncAgain: () => registry.sync(id, digest()),
      rollback: async () => registry.rollback(id, await olderRelease()),
      keep: async () => registry.send('guardian', 'keep', id, await someRelease(), await registry.seq(id)),
      quarantine: async () => registry.send('guardian', 'quarantine', id, await someRelease()),
      reinstate: async () => registry.send('owner', 'reinstate', id, await someRelease()),
      pause: () => registry.send('guardian', 'pause', id, 1 + random(3)),
      unpause: () => registry.send('owner', 'unpause', id, 3),
      trust: () => changeTrust(random(2) === 0 ? 'signer' : 'guardian'),
      roles: () => registry.send('owner', 'setRoles', id, roleAddress('publisher'), roleAddress('healer')),
    }
    const { head } = (await both()).viewed!
    expect(head.live).toBe(0)
    const names = Object.keys(calls)
    const done = new Map<string, number>()
    for (let turn = 0; turn < CALLS; turn++) {
      const name = names[random(names.length)]!
      const succeeded = await calls[name]!().then(
        () => true,
        () => false,
      )
      if (!succeeded) continue
      done.set(name, (done.get(name) ?? 0) + 1)
      const { proven, viewed } = await both()
      expect(proven, name).toEqual(asViewed(viewed!))
    }
    // Every kind of call had its effect at least once.
    expect([...done.keys()].sort()).toEqual([...names].sort())

    function digest(): `0x${string}` {
      return `0x${(random(2 ** 31) + 1).toString(16).padStart(64, '0')}`
    }
    async function someRelease(): Promise<number> {
      const { latest } = (await both()).viewed!.head
      return Math.max(1, latest - random(5))
    }
    async function olderRelease(): Promise<number> {
      const { rollbackTarget } = (await both()).viewed!
      return rollbackTarget?.release ?? 1
    }
    async function changeTrust(signer: Role) {
      const next = {
        owner: roleAddress('owner'),
        guardian: roleAddress('guardian'),
        signer: roleAddress(signer),
        fromRelease: 0,
        pqKeyHash: digest(),
      }
      await registry.send('owner', 'proposeTrust', id, next)
      await node.request('evm_increaseTime', [TWO_DAYS_S + 1])
      await node.request('evm_mine')
      await registry.send('owner', 'acceptTrust', id, next)
    }
  })

  it('proves that a name is not registered, and that there is no registry', async () => {
    const unknown = { ...subject, domain: parseDomainName('unknown.example') }
    expect(await both(unknown)).toMatchObject({ proven: undefined, viewed: undefined })
    const at = await chain.block('latest')
    const elsewhere = { ...subject, registry: `0x${'12'.repeat(20)}` as const }
    await expect(readChainProof(elsewhere, { at, rpcUrls: [node.url] })).rejects.toMatchObject({
      code: 'PROOF_UNAVAILABLE',
      message: expect.stringContaining('there is nothing at'),
    })
  })

  it('is refused for another domain, chain or registry than the reader asks about', async () => {
    const { proof } = await both()
    const others = [{ domain: parseDomainName('other.example') }, { registry: `0x${'12'.repeat(20)}` as const }]
    for (const other of [...others, { chainId: 1 }]) {
      expect(() => openChainProof(proof, { ...subject, ...other })).toThrow(
        expect.objectContaining({ code: 'PROOF_FIELD_MISMATCH' }),
      )
    }
    // Nor does it help to write the other name: its words are elsewhere in the trie. (Which chain it is, says the block's hash.)
    for (const other of others) {
      expect(() => openChainProof({ ...proof, ...other }, { ...subject, ...other })).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^PROOF_/) }),
      )
    }
  })

  it('says nothing else when a byte, a node or their order is changed, or is of another block', async () => {
    const { proof, proven } = await both()
    const bytes = encodeChainProof(proof)
    const opened = (changed: Uint8Array) => openChainProof(parseChainProof(changed), subject)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= flip
        try {
          // The header's other fields may change: it is another block then, whose hash nobody knows.
          expect(opened(changed).block.hash).not.toBe(proven!.block.hash)
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^PROOF_/)
        }
      }),
      { numRuns: 1_000 },
    )
    const refused = expect.objectContaining({ code: expect.stringMatching(/^PROOF_(MALFORMED|INCOMPLETE)$/) })
    for (const [at] of proof.nodes.entries()) {
      expect(() => openChainProof({ ...proof, nodes: proof.nodes.toSpliced(at, 1) }, subject)).toThrow(refused)
    }
    const nodesOf = [[...proof.nodes].reverse(), [...proof.nodes, proof.nodes[0]!], [...proof.nodes, '0xc0']]
    for (const nodes of nodesOf) expect(() => openChainProof({ ...proof, nodes }, subject)).toThrow(refused)
    await registry.sync(id, `0x${'77'.repeat(32)}`).catch(() => registry.send('guardian', 'pause', id, 3))
    const { proof: later } = await both()
    expect(() => openChainProof({ ...later, nodes: proof.nodes }, subject)).toThrow(refused)
  })

  it('comes from the next operator when one refuses, or gives another header or other nodes', async () => {
    const at = await chain.block('latest')
    const honest = await readChainProof(subject, { at, rpcUrls: [node.url] })
    await using liar = await startRpcProxy(node.url)
    const lies: readonly Parameters<typeof liar.alter>[0][] = [
      ({ method }, answer) =>
        method === 'eth_getProof' ? { error: { code: -32601, message: 'no such method' } } : answer,
      ({ method }, answer) =>
        method === 'eth_getBlockByHash' ? { result: { ...(answer.result as object), gasUsed: '0x7' } } : answer,
      ({ method }, answer) =>
        method === 'eth_getProof' ? JSON.parse(JSON.stringify(answer).replaceAll('a', 'b')) : answer,
    ]
    for (const lie of lies) {
      liar.alter(lie)
      await expect(readChainProof(subject, { at, rpcUrls: [liar.url] })).rejects.toMatchObject({
        code: 'PROOF_UNAVAILABLE',
      })
      expect(await readChainProof(subject, { at, rpcUrls: [liar.url, node.url] })).toEqual(honest)
    }
    // One that knows no hashes here is asked by number.
    liar.alter(({ method, params }, answer) =>
      method === 'eth_getProof' && typeof params[2] !== 'string'
        ? { error: { code: -32602, message: 'invalid block number' } }
        : answer,
    )
    expect(await readChainProof(subject, { at, rpcUrls: [liar.url] })).toEqual(honest)
  })

  it('reads the places that the committed storage layout names', async () => {
    const layout = await readFile(join(import.meta.dirname, '../../snapshots/storage-layout.txt'), 'utf8')
    const domain = layout.split('struct RegistryState.Domain\n')[1]!.split('\n\n')[0]!
    const slots = Object.fromEntries(
      [...domain.matchAll(/^ {2}(\d+):0 (\w+)/gm)].map(([, slot, name]) => [name, BigInt(slot!)]),
    )
    const { second, ...named } = DOMAIN_SLOTS
    expect(slots).toMatchObject({ ...named, healer: second })
    for (const place of ['0:0 _domains mapping', '1:20 keptRelease', '1:24 epochs', '2:20 fromRelease']) {
      expect(layout).toContain(place)
    }
  })
})

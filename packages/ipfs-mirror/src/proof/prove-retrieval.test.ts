import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RAW, RELEASE_FILE, type Replica } from '@domainsync/core'
import { carBytes } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import { expect, it, onTestFinished } from 'vitest'
import { type Files, siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { createEmbeddedReplica } from '../providers/embedded.ts'
import type { Block } from '../store/block-store.ts'
import { PROOF_BUDGET_BYTES } from './proof.ts'
import { proveRetrieval } from './prove-retrieval.ts'

const MIB = 1024 * 1024

/** What a provider does with one block instead of giving it. */
type Lie = (block: Block, response: ServerResponse) => void

interface Behaviour {
  /** By CID. */
  readonly lies?: ReadonlyMap<string, Lie>
  /** Ends CARs after so many blocks, politely. */
  readonly carBlocks?: number
  /** Answers 404 to CARs. */
  readonly noCars?: boolean
}

/** A gateway that holds a site and lies about it, on a real socket. `asked` lists the CIDs of raw requests. */
async function lyingGateway(files: Files, behave: (blocks: Block[], root: CID) => Behaviour) {
  const { root, blocks } = await siteBlocks(files)
  const ordered = [...new Map(blocks.map((block) => [`${block.cid}`, block])).values()].reverse()
  ordered.sort((a, b) => Number(b.cid.equals(root)) - Number(a.cid.equals(root)))
  const behaviour = behave(ordered, root)
  const asked: string[] = []
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const replica = createEmbeddedReplica({ name: 'liar', url, token: 'any', failureDomain: 'somewhere' })
  return { root, blocks: ordered, replica, asked }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://gateway')
    const label = pathname.split('/').at(-1) ?? ''
    const block = ordered.find(({ cid }) => `${cid}` === label)
    if (!block || (searchParams.get('format') === 'car' && behaviour.noCars)) {
      response.writeHead(404).end()
    } else if (searchParams.get('format') === 'car') {
      const sent = ordered.slice(0, behaviour.carBlocks ?? ordered.length)
      for await (const chunk of carBytes([block.cid], each(sent))) response.write(chunk)
      response.end()
    } else {
      asked.push(label)
      const lie = behaviour.lies?.get(label)
      if (lie) lie(block, response)
      else response.end(block.bytes)
    }
  }
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

/** The same replica, read block by block. */
function withoutCars(replica: Replica): Replica {
  const { name, get } = { name: replica.source.name, get: replica.source.get.bind(replica.source) }
  return { ...replica, source: { name, get } }
}

const wrongBytes: Lie = ({ bytes }, response) => response.end(bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte)))
const missing: Lie = (_, response) => response.writeHead(404).end()
const endless: Lie = (_, response) => {
  const chunk = new Uint8Array(MIB)
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

const small: Files = Object.fromEntries([
  ...Array.from({ length: 40 }, (_, i) => [`pages/${i}.html`, `page ${i}`]),
  ['index.html', 'start'],
])

it('names the one block that a lying gateway changed, and goes on with the others', async () => {
  const { root, replica, blocks } = await lyingGateway(small, (all) => ({
    lies: new Map([[`${leafOf(all, 3).cid}`, wrongBytes]]),
    noCars: true,
  }))
  const proof = await proveRetrieval(root, withoutCars(replica))
  const { cid } = leafOf(blocks, 3)
  expect(proof).toMatchObject({ ok: false, replica: 'liar', failures: [{ cid: `${cid}`, code: 'BLOCK_MISMATCH' }] })
  expect(proof.blocks).toBe(blocks.length - 1)
  expect(proof.blocksTotal).toBeUndefined()
})

it('names a missing block and one that never ends', async () => {
  const { root, replica, blocks } = await lyingGateway(small, (all) => ({
    lies: new Map([
      [`${leafOf(all, 1).cid}`, missing],
      [`${leafOf(all, 2).cid}`, endless],
    ]),
  }))
  const { failures } = await proveRetrieval(root, withoutCars(replica))
  expect(new Map(failures.map(({ cid, code }) => [cid, code]))).toEqual(
    new Map([
      [`${leafOf(blocks, 1).cid}`, 'BLOCK_MISSING'],
      [`${leafOf(blocks, 2).cid}`, 'BLOCK_TOO_LARGE'],
    ]),
  )
})

it('stops at a root that is not there or not true', async () => {
  for (const [lie, code] of [
    [missing, 'BLOCK_MISSING'],
    [wrongBytes, 'BLOCK_MISMATCH'],
  ] as const) {
    const { root, replica, asked } = await lyingGateway(small, (_, top) => ({ lies: new Map([[`${top}`, lie]]) }))
    const proof = await proveRetrieval(root, replica)
    expect(proof).toMatchObject({ ok: false, blocks: 0, bytes: 0, failures: [{ cid: `${root}`, code }] })
    expect(asked).toEqual([`${root}`])
  }
})

it('calls a cut CAR by name even when every block can be had alone', async () => {
  const { root, replica } = await lyingGateway(small, () => ({ carBlocks: 10 }))
  const proof = await proveRetrieval(root, replica)
  expect(proof).toMatchObject({ ok: false, failures: [{ cid: `${root}`, code: 'CAR_INCOMPLETE' }] })
})

it('names the blocks that a cut CAR hid, when they cannot be had alone either', async () => {
  const { root, replica, blocks } = await lyingGateway(small, (all) => ({
    carBlocks: all.length - 1,
    lies: new Map([[`${all.at(-1)?.cid}`, missing]]),
  }))
  const proof = await proveRetrieval(root, replica)
  expect(proof.failures).toEqual([{ cid: `${blocks.at(-1)?.cid}`, code: 'BLOCK_MISSING' }])
})

it('asks an offline replica once, not once for every block', async () => {
  const { root, replica } = await lyingGateway(small, () => ({}))
  let calls = 0
  const source = {
    name: 'x',
    async get(cid: CID) {
      if (calls++ > 5) throw Object.assign(new Error('gone'), { code: 'REPLICA_OFFLINE' })
      return replica.source.get(cid)
    },
  }
  const proof = await proveRetrieval(root, { ...replica, source })
  expect(proof.ok).toBe(false)
  expect(proof.failures[0]?.code).toBe('REPLICA_OFFLINE')
  expect(calls).toBeLessThan(20)
})

it('samples a release over the budget: root, manifest, all directories, 64 random blocks', async () => {
  const big = new Uint8Array(90 * MIB).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24)
  const files = { ...small, 'video.bin': big, [RELEASE_FILE]: '{"signed":true}' }
  const { root, blocks, replica, asked } = await lyingGateway(files, () => ({}))
  const proof = await proveRetrieval(root, replica, { budgetBytes: 50 * MIB })
  expect(proof).toMatchObject({ ok: true, mode: 'sample', failures: [] })
  expect(proof.bytes).toBeLessThan(70 * MIB)
  const manifest = blocks.find(({ bytes }) => Buffer.from(bytes).toString() === '{"signed":true}')
  expect(asked).toContain(`${manifest?.cid}`)
  for (const { cid } of blocks) if (cid.code !== RAW) expect(asked).toContain(`${cid}`)
  const leaves = new Set(
    asked.filter((cid) => blocks.some((block) => `${block.cid}` === cid && block.cid.code === RAW)),
  )
  expect(leaves.size).toBeGreaterThanOrEqual(64)
  expect(leaves.size).toBeLessThanOrEqual(66)
})

it('finds 64 blocks where there are hardly more', async () => {
  const files = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`${i}.txt`, `text ${i}`]))
  const { root, replica } = await lyingGateway(files, () => ({}))
  const proof = await proveRetrieval(root, replica, { mode: 'sample' })
  expect(proof.blocks).toBeGreaterThanOrEqual(1 + 64)
})

it('draws other blocks with other random numbers, and the same with the same', async () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${i}.txt`, `text ${i}`]))
  const { root, replica, asked } = await lyingGateway(many, () => ({}))
  const run = async (seed: number) => {
    asked.length = 0
    let state = seed
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return state / 2 ** 32
    }
    await proveRetrieval(root, replica, { mode: 'sample', random })
    return [...new Set(asked)].sort()
  }
  const first = await run(1)
  expect(await run(1)).toEqual(first)
  expect(await run(2)).not.toEqual(first)
})

it('turns into a sample when a release is larger than its root claims', async () => {
  const content = new Uint8Array(8 * MIB).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24)
  const { root, replica } = await lyingGateway({ 'a.bin': content }, () => ({}))
  const claim = { ...replica, source: withoutCars(replica).source }
  const proof = await proveRetrieval(root, claim, { budgetBytes: 2 * MIB })
  expect(proof.mode).toBe('sample')
  expect(PROOF_BUDGET_BYTES).toBe(256 * MIB)
})

it("rejects with the caller's reason when the caller gives up", async () => {
  const hang: Lie = () => undefined
  const { root, replica } = await lyingGateway(small, (all) => ({ lies: new Map([[`${leafOf(all, 0).cid}`, hang]]) }))
  const giveUp = new AbortController()
  const reason = new Error('enough')
  const proof = proveRetrieval(root, withoutCars(replica), { signal: giveUp.signal })
  setTimeout(() => giveUp.abort(reason), 50)
  await expect(proof).rejects.toBe(reason)
})

it('notes a block that does not answer in time as REPLICA_TIMEOUT', async () => {
  const hang: Lie = () => undefined
  const { root, replica } = await lyingGateway(small, (_, top) => ({ lies: new Map([[`${top}`, hang]]) }))
  const proof = await proveRetrieval(root, replica, { timeoutMs: 100 })
  expect(proof).toMatchObject({ ok: false, failures: [{ cid: `${root}`, code: 'REPLICA_TIMEOUT' }] })
})

function leafOf(blocks: readonly Block[], index: number): Block {
  return blocks.filter(({ cid }) => cid.code === RAW)[index] as Block
}

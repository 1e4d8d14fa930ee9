import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Replica } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { CONTROL_PATH } from '../node/control-api.ts'
import { runningNode, TOKEN } from '../node/running-node.test.support.ts'
import { createEmbeddedReplica } from '../providers/embedded.ts'
import { ReplicaError } from '../providers/replica-error.ts'
import type { Block } from '../store/block-store.ts'
import { proveReplication } from './prove-replication.ts'
import { proveRetrieval } from './prove-retrieval.ts'

const FILES = 2_000

describe('among honest replicas', () => {
  let root: CID
  let blocks: Block[]
  beforeAll(async () => {
    const many = Object.fromEntries(Array.from({ length: FILES }, (_, i) => [`${i % 40}/${i}.txt`, `file ${i}`]))
    ;({ root, blocks } = await siteBlocks(many))
  })

  async function honest(name: string, failureDomain = name) {
    const node = await runningNode()
    await node.store.put(blocks)
    await node.store.pin(root)
    return { node, replica: createEmbeddedReplica({ name, url: node.url, token: TOKEN, failureDomain }) }
  }

  /** Says "pinned" to everything; what it gives for a block is its own affair. */
  async function pretender(name: string, give: (path: string, response: ServerResponse) => unknown) {
    const url = await serve((request, response) => {
      request.resume()
      request.on('end', () => {
        if (request.url?.startsWith(CONTROL_PATH)) response.end('{"status":"pinned"}')
        else give(request.url ?? '', response)
      })
    })
    return createEmbeddedReplica({ name, url, token: 'any', failureDomain: name })
  }

  it('one that claims and holds nothing is named, and does not count', async () => {
    const claims = await pretender('claims', (_, response) => response.writeHead(404).end())
    const [a, b] = await Promise.all([honest('a'), honest('b')])
    expect(await proveReplication(root, [a.replica, claims, b.replica], { need: 2 })).toMatchObject({
      ok: true,
      held: 2,
      failureDomains: ['a', 'b'],
      replicas: [{ counts: true }, { replica: 'claims', counts: false, reason: 'BLOCK_MISSING' }, { counts: true }],
    })
  })

  it('one that passes the questions on to another is named with the one behind it: two of three are one', async () => {
    const [a, b] = await Promise.all([honest('a'), honest('b')])
    const proxy = await pretender('proxy', async (path, response) => {
      const real = await fetch(a.node.url + path)
      response.writeHead(real.status).end(Buffer.from(await real.arrayBuffer()))
    })
    expect(await proveReplication(root, [proxy, a.replica], { need: 2 })).toMatchObject({
      ok: false,
      held: 1,
      reason: 'REPLICAS_SHORT',
      replicas: [{ replica: 'proxy', proof: { ok: true }, counts: false, reason: 'REPLICA_PROXIED', behind: 'a' }, {}],
    })
    expect(await proveReplication(root, [proxy, a.replica, b.replica], { need: 2 })).toMatchObject({
      ok: true,
      held: 2,
    })
    // What it was found out with is not kept.
    expect(a.node.store.pinned()).toEqual([root])
  })

  it('a node under two names counts once', async () => {
    const { node, replica } = await honest('a')
    const again = createEmbeddedReplica({ name: 'again', url: node.url, token: TOKEN, failureDomain: 'elsewhere' })
    expect(await proveReplication(root, [replica, again], { need: 2 })).toMatchObject({
      held: 1,
      replicas: [{ counts: true }, { counts: false, reason: 'REPLICA_PROXIED', behind: 'a' }],
    })
  })

  it('a node under two names does not count twice because it takes nothing any more', async () => {
    const { node, replica } = await honest('a')
    const full = await pretender('full', async (path, response) => {
      const real = await fetch(node.url + path)
      response.writeHead(real.status).end(Buffer.from(await real.arrayBuffer()))
    })
    const [one, two] = ['one', 'two'].map((name) => refusing(full, name)) as [Replica, Replica]
    expect(await proveReplication(root, [one, two, replica], { need: 1, trial: true })).toMatchObject({
      held: 1,
      replicas: [{ reason: 'REPLICA_PROXIED' }, { reason: 'REPLICA_PROXIED' }, { counts: true }],
    })
    expect(await proveReplication(root, [one, two], { need: 2 })).toMatchObject({
      held: 0,
      replicas: [{ reason: 'PROXY_UNTESTED' }, { reason: 'PROXY_UNTESTED' }],
    })
    expect(await proveReplication(root, [one, two], { need: 2, acceptUntested: true })).toMatchObject({ held: 2 })
  })

  it('one that gives another release for ours is named by the first block', async () => {
    const other = await siteBlocks({ 'index.html': 'another release' })
    const another = await pretender('another', (_, response) => response.end(other.blocks.at(-1)?.bytes))
    expect(await proveReplication(root, [another], { need: 1, trial: true })).toMatchObject({
      ok: false,
      replicas: [{ counts: false, reason: 'BLOCK_MISMATCH', proof: { failures: [{ cid: `${root}` }] } }],
    })
  })

  it('one that lost one block of 2,000 is named with the block', async () => {
    const lost = blocks[1_234] as Block
    const { node, replica } = await honest('a')
    const forgetful = await pretender('forgetful', async (path, response) => {
      if (path.includes(`${lost.cid}`)) return response.writeHead(404).end()
      const real = await fetch(node.url + path)
      const bytes = Buffer.from(await real.arrayBuffer())
      // A CAR without the block ends before it.
      const end = path.includes('format=car') ? bytes.indexOf(lost.bytes) : bytes.length
      response.writeHead(real.status).end(bytes.subarray(0, end))
    })
    const result = await proveReplication(root, [replica, forgetful], { need: 2, trial: true })
    expect(result).toMatchObject({ ok: false, held: 1, reason: 'REPLICAS_SHORT' })
    expect(result.replicas[1]).toMatchObject({ counts: false, reason: 'BLOCK_MISSING' })
    expect(result.replicas[1]?.proof.failures).toEqual([{ cid: `${lost.cid}`, code: 'BLOCK_MISSING' }])
    expect(result.replicas[1]?.proof.blocks).toBe(new Set(blocks.map(({ cid }) => `${cid}`)).size - 1)
  })

  it('a slow one counts with its latency; one that drips is late, and does not hold the others up', async () => {
    const { node } = await honest('behind')
    const slow = await pretender('slow', async (path, response) => {
      await new Promise((resolve) => setTimeout(resolve, 150))
      const real = await fetch(node.url + path)
      response.writeHead(real.status).end(Buffer.from(await real.arrayBuffer()))
    })
    const drips = await pretender('drips', (_, response) => {
      const timer = setInterval(() => response.write('.'), 10)
      response.on('close', () => clearInterval(timer))
    })
    const proof = await proveRetrieval(root, slow)
    expect(proof).toMatchObject({ ok: true, mode: 'full' })
    expect(proof.latencyMs).toBeGreaterThanOrEqual(140)
    expect(await proveRetrieval(root, drips, { proofTimeoutMs: 300 })).toMatchObject({
      ok: false,
      failures: [{ cid: `${root}`, code: 'REPLICA_TIMEOUT' }],
    })
  })

  /** As it is under another name, with a disk that is full. */
  function refusing(replica: Replica, name: string): Replica {
    const upload = () => Promise.reject(new ReplicaError('REPLICA_FULL', `${name} is full.`))
    return { ...replica, name, failureDomain: name, upload }
  }

  async function serve(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
})

import type { Evidence, Replica } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { expect, it } from 'vitest'
import { runningNode, storeSite, TOKEN } from '../node/running-node.test.support.ts'
import { createEmbeddedReplica } from '../providers/embedded.ts'
import { proveReplication } from './prove-replication.ts'

const files = { 'index.html': 'hello', 'a/b.txt': 'b' }

/** A node of its own, holding the site or not. */
async function replica(name: string, failureDomain: string, { holds = true }: { holds?: boolean } = {}) {
  const node = await runningNode()
  if (holds) await storeSite(node.store, files)
  return createEmbeddedReplica({ name, url: node.url, token: TOKEN, failureDomain })
}

async function rootOf(): Promise<CID> {
  const node = await runningNode()
  return storeSite(node.store, files)
}

it('is content when K replicas in two failure domains hold the release', async () => {
  const replicas = [
    await replica('a', 'rack 1'),
    await replica('b', 'rack 2'),
    await replica('c', 'rack 3', { holds: false }),
  ]
  const result = await proveReplication(await rootOf(), replicas, { need: 2 })
  expect(result).toMatchObject({ ok: true, need: 2, held: 2, trial: false, failureDomains: ['rack 1', 'rack 2'] })
  expect(result.reason).toBeUndefined()
  expect(result.replicas.map(({ replica, counts, reason }) => ({ replica, counts, reason }))).toEqual([
    { replica: 'a', counts: true, reason: undefined },
    { replica: 'b', counts: true, reason: undefined },
    { replica: 'c', counts: false, reason: 'BLOCK_MISSING' },
  ])
  expect(JSON.parse(JSON.stringify(result))).toMatchObject({ ok: true, root: `${await rootOf()}` })
})

it('is short of replicas when too few hold it, whatever their number', async () => {
  const stopped = await runningNode()
  await stopped.close()
  const gone = createEmbeddedReplica({ name: 'gone', url: stopped.url, token: TOKEN, failureDomain: 'rack 2' })
  const result = await proveReplication(await rootOf(), [await replica('a', 'rack 1'), gone], { need: 2 })
  expect(result).toMatchObject({ ok: false, reason: 'REPLICAS_SHORT', held: 1 })
  expect(result.replicas[1]).toMatchObject({ counts: false, reason: 'REPLICA_OFFLINE', status: undefined })
})

it('is short of failure domains on one machine, unless this is a trial, and says that it is one', async () => {
  const replicas = [await replica('a', 'my laptop'), await replica('b', 'my laptop')]
  const root = await rootOf()
  expect(await proveReplication(root, replicas, { need: 2 })).toMatchObject({
    ok: false,
    reason: 'FAILURE_DOMAINS_SHORT',
    held: 2,
    failureDomains: ['my laptop'],
  })
  expect(await proveReplication(root, replicas, { need: 2, trial: true })).toMatchObject({ ok: true, trial: true })
  expect(await proveReplication(root, [replicas[0] as Replica], { need: 2, trial: true })).toMatchObject({ ok: false })
})

it('does not count what was only served or claimed, what is not kept, nor one replica twice', async () => {
  const good = await replica('good', 'rack 1')
  const weak = (evidence: Evidence): Replica => ({ ...good, name: evidence, failureDomain: 'rack 2', evidence })
  const unpinned: Replica = { ...good, name: 'unpinned', failureDomain: 'rack 3', status: async () => 'absent' }
  const replicas = [good, weak('served'), weak('claimed'), unpinned, { ...good, failureDomain: 'rack 4' }]
  const result = await proveReplication(await rootOf(), replicas, { need: 2 })
  expect(result).toMatchObject({ ok: false, held: 1, reason: 'REPLICAS_SHORT' })
  expect(result.replicas.map(({ reason }) => reason)).toEqual([
    undefined,
    'EVIDENCE_WEAK',
    'EVIDENCE_WEAK',
    'NOT_PINNED',
    'REPLICA_REPEATED',
  ])
})

it.each([0, -1, 1.5, Number.NaN])('refuses to need %d replicas', async (need) => {
  await expect(proveReplication(await rootOf(), [], { need })).rejects.toMatchObject({ code: 'NEED_INVALID' })
})

it("rejects with the caller's reason when the caller gives up", async () => {
  const reason = new Error('enough')
  const proof = proveReplication(await rootOf(), [await replica('a', 'x')], {
    need: 1,
    signal: AbortSignal.abort(reason),
  })
  await expect(proof).rejects.toBe(reason)
})

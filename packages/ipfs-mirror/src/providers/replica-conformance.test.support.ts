import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { type CallOptions, DomainSyncError, type Replica, rawCidFromSha256 } from '@domainsync/core'
import { reservePort } from '@domainsync/core/node'
import { carBytes } from '@domainsync/sdk'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCar } from '../car/read-car.ts'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { proveReplication } from '../proof/prove-replication.ts'
import { proveRetrieval } from '../proof/prove-retrieval.ts'
import type { Block } from '../store/block-store.ts'

type Driver = Replica & Required<Pick<Replica, 'remove'>>

/** A running provider, and its driver pointed elsewhere. */
export interface ReplicaWorld {
  readonly replica: Driver
  /** The same driver against another URL. */
  at(url: string): Driver
  /** For a provider that pulls: puts the blocks where it can fetch them, and says where that is. */
  origins?(root: CID, blocks: readonly Block[]): Promise<readonly string[]>
  /** The same driver and URL with a token that is not right; absent when the provider knows no tokens. */
  readonly wrongToken?: Driver
  /** Changes a byte of a block on the provider's disk. */
  damage(cid: CID): Promise<void>
  /** What a proof calls such a block. */
  readonly damageCode: string
  /** Takes blocks off the provider's disk behind its back: it goes on to say that it keeps their root. */
  lose(blocks: readonly Block[]): Promise<void>
  /** What a proof calls them. */
  readonly lossCode: string
  close(): Promise<void>
}

/** What every replica must do, whatever is behind it, and what those must that take uploads. */
export function describeReplica(
  name: string,
  start: () => Promise<ReplicaWorld>,
  { pulls = false }: { pulls?: boolean } = {},
): void {
  describe(name, () => {
    let world: ReplicaWorld
    let root: CID
    let blocks: Block[]
    beforeAll(async () => {
      world = await start()
      const many = Array.from({ length: 300 }, (_, i) => [`many/${i}.txt`, `file ${i}`])
      const big = new Uint8Array(5_000_000).map((_, i) => (i * 31) >> 7)
      // Kubo never sends an empty block over bitswap: who fetches such a file from it waits for ever.
      const empty = pulls ? {} : { 'empty.txt': '' }
      const files = { 'index.html': '<p>hi</p>', 'big.bin': big, ...empty, ...Object.fromEntries(many) }
      const site = await siteBlocks(files, { shardSplitThresholdBytes: 1_000 })
      root = site.root
      blocks = parentsFirst(site.blocks, root)
    })
    afterAll(() => world?.close())

    const car =
      (of = blocks) =>
      () =>
        carBytes([root], each(of))
    const unknown = CID.parse('bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi')

    /** Sends the release, or has it fetched. */
    async function give(replica: Driver, call: CallOptions = {}): Promise<void> {
      if (replica.upload) return replica.upload(root, car(), call)
      await replica.pull?.(root, (await world.origins?.(root, blocks)) ?? [], call)
    }

    it('calls a root that it never got absent, and lets go of it without complaint', async () => {
      expect(await world.replica.status(unknown)).toBe('absent')
      await world.replica.remove(unknown)
      expect(await world.replica.source.get(unknown)).toBeUndefined()
    })

    const ifUploads = pulls ? () => undefined : describe
    ifUploads('sent as a CAR', () => {
      const upload = async (of: CID, car: () => AsyncIterable<Uint8Array>) => world.replica.upload?.(of, car)

      it('refuses a CAR that is cut inside a block, and keeps nothing', async () => {
        const cut = async function* () {
          for await (const chunk of carBytes([root], each(blocks.slice(0, 3)))) yield chunk
          yield Uint8Array.of(0xff, 0x01, 0x01)
        }
        await expect(upload(root, cut)).rejects.toBeInstanceOf(DomainSyncError)
        expect(await world.replica.status(root)).toBe('absent')
      })

      it('refuses a CAR that ends after a whole block but before its time, and keeps nothing', async () => {
        await expect(upload(root, car(blocks.slice(0, -1)))).rejects.toBeInstanceOf(DomainSyncError)
        expect(await world.replica.status(root)).toBe('absent')
      })

      it('refuses a CAR with a changed byte, and keeps nothing', async () => {
        const lied = blocks.map((block, i) => (i === 1 ? { cid: block.cid, bytes: flipped(block.bytes) } : block))
        await expect(upload(root, car(lied))).rejects.toBeInstanceOf(DomainSyncError)
        expect(await world.replica.status(root)).toBe('absent')
      })

      it("refuses another release's CAR with ROOT_MISMATCH", async () => {
        const other = await siteBlocks({ 'index.html': 'another one' })
        const sent = upload(root, () => carBytes([other.root], each(parentsFirst(other.blocks, other.root))))
        await expect(sent).rejects.toMatchObject({ code: 'ROOT_MISMATCH' })
        expect(await world.replica.status(root)).toBe('absent')
      })

      it("passes on the error of the CAR's own source", async () => {
        const broken = async function* () {
          yield* carBytes([root], each(blocks.slice(0, 2)))
          throw new DomainSyncError('BLOCK_DAMAGED', 'the local disk is bad')
        }
        await expect(upload(root, broken)).rejects.toMatchObject({ code: 'BLOCK_DAMAGED' })
        expect(await world.replica.status(root)).toBe('absent')
      })
    })

    it('keeps a release, also when it is sent again', async () => {
      await give(world.replica)
      expect(await world.replica.status(root)).toBe('pinned')
      await give(world.replica)
      // IPFS Cluster says "pinned" first, then pins what it has once more.
      await expect.poll(() => world.replica.status(root)).toBe('pinned')
    })

    it('gives every block back, and nothing for one that it does not have', async () => {
      for (const { cid, bytes } of blocks) {
        const got = await world.replica.source.get(cid)
        expect(Buffer.compare(got ?? new Uint8Array(), bytes)).toBe(0)
      }
      expect(await world.replica.source.get(rawCidFromSha256(new Uint8Array(32)))).toBeUndefined()
    })

    it('gives the whole release as one CAR', async () => {
      const got: Block[] = []
      const into = { put: async (some: Iterable<Block>) => void got.push(...some) }
      const contents = await readCar(world.replica.source.car?.(root) ?? each([]), { root, into })
      expect(contents.blocks).toBe(blocks.length)
      expect(new Set(got.map(({ cid }) => `${cid}`))).toEqual(new Set(blocks.map(({ cid }) => `${cid}`)))
    })

    it('proves the release in full and by sample', async () => {
      const full = await proveRetrieval(root, world.replica)
      expect(full).toMatchObject({ ok: true, mode: 'full', blocks: blocks.length, blocksTotal: blocks.length })
      const sample = await proveRetrieval(root, world.replica, { mode: 'sample' })
      expect(sample).toMatchObject({ ok: true, mode: 'sample', failures: [] })
      expect(sample.blocks).toBeGreaterThan(64)
    })

    it('has the proof name the one block whose byte was changed on its disk', async () => {
      const victim = blocks.find(({ bytes }) => bytes.length === 1024 * 1024) as Block
      await world.damage(victim.cid)
      const proof = await proveRetrieval(root, world.replica)
      expect(proof).toMatchObject({ ok: false, failures: [{ cid: `${victim.cid}`, code: world.damageCode }] })
    })

    it('is found out when it says "pinned" and has nothing', async () => {
      await world.lose(blocks)
      expect(await world.replica.status(root)).toBe('pinned')
      const replication = await proveReplication(root, [world.replica], { need: 1, trial: true })
      expect(replication).toMatchObject({
        ok: false,
        held: 0,
        reason: 'REPLICAS_SHORT',
        replicas: [{ status: 'pinned', counts: false, reason: world.lossCode, proof: { ok: false, blocks: 0 } }],
      })
    })

    it('lets go of a release, also twice', async () => {
      await world.replica.remove(root)
      await world.replica.remove(root)
      expect(await world.replica.status(root)).toBe('absent')
    })

    it('rejects with REPLICA_OFFLINE when nobody listens', async () => {
      const gone = world.at(`http://127.0.0.1:${await reservePort()}`)
      const calls = allCalls(gone)
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'REPLICA_OFFLINE' })
      expect(await proveRetrieval(root, gone)).toMatchObject({
        ok: false,
        blocks: 0,
        failures: [{ cid: `${root}`, code: 'REPLICA_OFFLINE' }],
      })
    })

    it("rejects with REPLICA_TIMEOUT when nobody answers, and with the caller's reason when the caller gave up", async () => {
      await using silent = await silentServer()
      const hung = world.at(silent.url)
      for (const call of allCalls(hung, { timeoutMs: 100 })) {
        await expect(call()).rejects.toMatchObject({ code: 'REPLICA_TIMEOUT' })
      }
      const reason = new Error('not today')
      for (const call of allCalls(hung, { signal: AbortSignal.abort(reason) }))
        await expect(call()).rejects.toBe(reason)
    })

    it('rejects with TOKEN_REJECTED when the token is not right', async ({ skip }) => {
      const { wrongToken } = world
      if (!wrongToken) return skip('this provider knows no tokens')
      await expect(wrongToken.status(root)).rejects.toMatchObject({ code: 'TOKEN_REJECTED' })
      await expect(give(wrongToken)).rejects.toMatchObject({ code: 'TOKEN_REJECTED' })
      await expect(wrongToken.remove(root)).rejects.toMatchObject({ code: 'TOKEN_REJECTED' })
    })

    function allCalls(replica: Driver, call: CallOptions = {}): (() => Promise<unknown>)[] {
      return [
        () => replica.status(root, call),
        () => give(replica, call),
        () => replica.remove(root, call),
        () => replica.source.get(root, call),
        async () => {
          for await (const _ of replica.source.car?.(root, call) ?? []);
        },
      ]
    }
  })
}

/** The importer writes children first; a CAR of ours starts at the root. */
function parentsFirst(blocks: readonly Block[], root: CID): Block[] {
  const distinct = new Map(blocks.map((block) => [`${block.cid}`, block]))
  const ordered = [...distinct.values()].reverse()
  return ordered.sort((a, b) => Number(b.cid.equals(root)) - Number(a.cid.equals(root)))
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))
}

/** Takes connections and never says a word. */
async function silentServer(): Promise<{ url: string } & AsyncDisposable> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

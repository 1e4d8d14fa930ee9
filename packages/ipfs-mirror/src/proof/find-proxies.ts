import { randomBytes } from 'node:crypto'
import { type CallOptions, DAG_PB, type Replica, SHA2_256 } from '@domainsync/core'
import { carBytes } from '@domainsync/sdk'
import { encode, prepare } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { sha256 } from '../car/block-fault.ts'
import type { Block } from '../store/block-store.ts'

/** Time that a replica gets to give a block which it should not have, in milliseconds. One that looks for it longer has it not. */
const CANARY_TIMEOUT_MS = 5_000
const CANARY_BYTES = 32

export interface ProxySearch {
  /** Replicas that give what only another was given, by their name, and who that was. */
  readonly proxies: ReadonlyMap<string, string>
  /** Givers that could not be given anything: whether they are one with another was not seen. */
  readonly untested: ReadonlySet<string>
}

/**
 * Gives each node of ours a block that nobody else has, and asks the others for it. Who has it too fetches from that node, or is that
 * node under a second name: its copy is no copy of its own. Of two names of one node the first stands.
 */
export async function findProxies(
  suspects: readonly Replica[],
  { givers, ...call }: CallOptions & { givers: readonly Replica[] },
): Promise<ProxySearch> {
  const given = await Promise.all(givers.map((giver) => giveCanary(giver, { suspects, ...call })))
  const gives = new Map(givers.map((giver, index) => [giver.name, given[index] ?? []]))
  const untested = new Set(givers.filter((_, index) => given[index] === undefined).map(({ name }) => name))
  const order = [...suspects].map(({ name }) => name)
  const proxies = new Map<string, string>()
  for (const [giver, echoes] of gives) {
    for (const echo of echoes) {
      const isMutual = gives.get(echo)?.includes(giver) ?? false
      if (isMutual && order.indexOf(echo) < order.indexOf(giver)) continue
      if (!proxies.has(echo)) proxies.set(echo, giver)
    }
  }
  return { proxies, untested }
}

/** Names of the suspects that had the block of one giver; `undefined` when it took none. */
async function giveCanary(
  giver: Replica,
  { suspects, ...call }: CallOptions & { suspects: readonly Replica[] },
): Promise<readonly string[] | undefined> {
  const others = suspects.filter(({ name }) => name !== giver.name)
  if (others.length === 0 || !giver.upload || !giver.remove) return []
  const canary = newCanary()
  try {
    await giver.upload(canary.cid, () => carBytes([canary.cid], each([canary])), call)
    const had = await Promise.all(others.map((replica) => has(replica, canary.cid, call)))
    return others.filter((_, index) => had[index]).map(({ name }) => name)
  } catch {
    call.signal?.throwIfAborted()
    return undefined
  } finally {
    await giver.remove(canary.cid, call).catch(() => call.signal?.throwIfAborted())
  }
}

async function has(replica: Replica, cid: CID, { signal }: CallOptions): Promise<boolean> {
  try {
    return (await replica.source.get(cid, { signal, timeoutMs: CANARY_TIMEOUT_MS })) !== undefined
  } catch {
    signal?.throwIfAborted()
    return false
  }
}

function newCanary(): Block {
  const bytes = encode(
    prepare({ Data: new UnixFS({ type: 'file', data: randomBytes(CANARY_BYTES) }).marshal(), Links: [] }),
  )
  return { cid: CID.createV1(DAG_PB, Digest.create(SHA2_256, sha256(bytes))), bytes }
}

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

import { createHash } from 'node:crypto'
import { IDomainSyncRegistry__factory } from '@domainsync/bindings'
import {
  type Bytes32,
  type Chain,
  type ChainBlock,
  type Clock,
  type DnsDriver,
  type DomainName,
  type DomainState,
  domainId,
  type Head,
  hashFromRoot,
  type Notification,
  type Notifier,
  namehash,
  parseDomainName,
  type RegistryEvent,
  type ReleaseFile,
  type Replica,
  rootFromHash,
  type Transactor,
} from '@domainsync/core'
import { Transaction, Wallet } from 'ethers'
import type { CID } from 'multiformats/cid'
import type { AgentDomain, AgentReplica } from '../agent-domain.ts'
import type { Verification } from '../observe/verification.ts'
import type { AgentTools } from './agent-tools.ts'

/** A clock that only moves when somebody sleeps: the next sleeper wakes at once. */
export class VirtualClock implements Clock {
  #now = 1_800_000_000_000
  readonly #sleepers: { at: number; wake: () => void }[] = []
  #jumpedMs = 0
  now = () => this.#now + this.#jumpedMs
  monotonic = () => this.#now
  advance(ms: number): void {
    this.#now += ms
  }
  /** Sets the wall clock ahead or back, as a person or NTP does. */
  jump(ms: number): void {
    this.#jumpedMs += ms
  }
  sleep = (durationMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const sleeper = { at: this.#now + Math.max(0, durationMs), wake: resolve }
      this.#sleepers.push(sleeper)
      signal?.addEventListener(
        'abort',
        () => {
          this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1)
          reject(signal.reason)
        },
        { once: true },
      )
    })
  /** Moves on to the earliest sleeper, when all other work is done. */
  async step(): Promise<void> {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    this.#sleepers.sort((a, b) => a.at - b.at)
    const next = this.#sleepers.shift()
    if (next === undefined) return
    this.#now = Math.max(this.#now, next.at)
    next.wake()
  }
}

const registry = IDomainSyncRegistry__factory.createInterface()

/** The registry's rules for one domain, as far as a healer meets them; transactions are real signed bytes. */
export class MemoryChain implements Chain {
  readonly name = 'memory'
  readonly domainName: DomainName
  readonly releases: { release: number; ipfsHash: Bytes32; stable: boolean }[] = []
  live = 0
  seq = 0
  paused = 0
  kept: { release: number; ipfsHash: Bytes32 } | undefined
  number = 1
  /** Throws instead of answering. */
  failure: Error | undefined
  owner: `0x${string}` | undefined
  readonly calls: string[] = []
  readonly eventList: RegistryEvent[] = []

  constructor(name: string) {
    this.domainName = parseDomainName(name)
  }

  publish(root: CID): void {
    const release = (this.releases[0]?.release ?? 0) + 1
    this.releases.unshift({ release, ipfsHash: hashFromRoot(root), stable: true })
    this.live = release
    this.seq += 1
    this.number += 1
  }

  async block(): Promise<ChainBlock> {
    if (this.failure !== undefined) throw this.failure
    return { number: this.number, hash: `0x${'0'.repeat(64)}`, timestamp: 1_800_000_000 }
  }

  async domain(name: DomainName, block: ChainBlock): Promise<DomainState | undefined> {
    if (this.failure !== undefined) throw this.failure
    if (name !== this.domainName) return undefined
    const live = this.releases.find(({ release }) => release === this.live)
    const zero = `0x${'0'.repeat(64)}` as const
    const address = `0x${'1'.repeat(40)}` as const
    const head: Head = {
      ipfsHash: live?.ipfsHash ?? zero,
      live: this.live,
      latest: this.releases[0]?.release ?? 0,
      seq: this.seq,
      stable: live?.stable ?? false,
      paused: this.paused,
    }
    const trust = { owner: this.owner ?? address, guardian: address, signer: address, fromRelease: 1, pqKeyHash: zero }
    const target = this.releases.find(({ release, stable }) => stable && release < this.live)
    return {
      domain: name,
      id: domainId(name),
      node: namehash(name),
      head,
      trust,
      nextTrust: trust,
      publisher: `0x${'3'.repeat(40)}`,
      healer: `0x${'4'.repeat(40)}`,
      releases: this.releases.map((entry) => ({ ...entry, trust })),
      kept: this.kept,
      rollbackTarget: target,
      block,
    }
  }

  async *events(_: DomainName, { from, to }: { from: number; to: number }): AsyncIterable<RegistryEvent> {
    yield* this.eventList.filter(({ block }) => block.number >= from && block.number <= to)
  }

  /** Mines a call; false when the registry reverts. */
  call(data: string): boolean {
    const { name, args } = registry.parseTransaction({ data })!
    this.calls.push(name)
    this.number += 1
    if (name === 'rollback') {
      const target = Number(args[1])
      const entry = this.releases.find(({ release, stable }) => release === target && stable && release < this.live)
      if (Number(args[2]) !== this.seq || entry === undefined) return false
      for (const one of this.releases) if (one.release > target) one.stable = false
      this.live = target
    } else if (name === 'keep') {
      const entry = this.releases.find(({ release }) => release === Number(args[1]))
      if (Number(args[2]) !== this.seq || entry === undefined) return false
      this.kept = { release: entry.release, ipfsHash: entry.ipfsHash }
    } else if (name === 'pause') this.paused |= Number(args[1])
    else if (name === 'logHealthFailure') return true
    else throw new Error(`the agent called ${name}`)
    this.seq += 1
    return true
  }
}

export function memoryTransactor(chain: MemoryChain): Transactor {
  const wallet = new Wallet(`0x${'7'.repeat(64)}`)
  const mined = new Map<string, boolean>()
  let nonce = 0
  return {
    account: async () => ({
      address: wallet.address.toLowerCase() as `0x${string}`,
      balanceWei: 10n ** 18n,
      nonce,
      maxFeePerGasWei: 2n,
      maxPriorityFeePerGasWei: 1n,
    }),
    sign: async (request) => {
      const unsigned = Transaction.from({
        type: 2,
        chainId: 31337,
        to: request.to,
        data: request.data,
        nonce: request.nonce,
        gasLimit: request.gasLimit,
        maxFeePerGas: request.maxFeePerGasWei,
        maxPriorityFeePerGas: request.maxPriorityFeePerGasWei,
      })
      unsigned.signature = wallet.signingKey.sign(unsigned.unsignedHash)
      return { raw: unsigned.serialized as `0x${string}`, hash: unsigned.hash as Bytes32 }
    },
    submit: async (raw) => {
      const { hash, data } = Transaction.from(raw)
      if (mined.has(hash!)) return
      mined.set(hash!, chain.call(data))
      nonce += 1
    },
    receipt: async (hash) => {
      const success = mined.get(hash)
      if (success === undefined) return undefined
      const block = { number: chain.number, hash: `0x${'0'.repeat(64)}` as const }
      return { hash, success, block, gasUsed: 40_000n, gasPriceWei: 1n, confirmations: 1 }
    },
  }
}

export class MemoryDns implements DnsDriver {
  readonly name = 'memory-dns'
  cid: string | undefined
  failure: Error | undefined
  swaps = 0
  read = async () => {
    if (this.failure !== undefined) throw this.failure
    return { cid: this.cid, ttlSeconds: 30 }
  }
  swap = async (_: DomainName, { expected, next }: { expected: string | undefined; next: string }) => {
    if (this.cid !== expected && this.cid !== next) return { kind: 'conflict' as const, found: this.cid }
    this.cid = next
    this.swaps += 1
    return { kind: 'swapped' as const }
  }
}

/** A replica that holds roots by name; `down` refuses every call. */
export class MemoryReplica implements Replica {
  readonly name: string
  readonly failureDomain: string
  readonly evidence = 'stored' as const
  readonly held = new Set<string>()
  failure: Error | undefined
  uploads = 0
  readonly source
  constructor(name: string) {
    this.name = name
    this.failureDomain = name
    this.source = { name, get: async () => undefined }
  }
  status = async (root: CID) => {
    if (this.failure !== undefined) throw this.failure
    return this.held.has(`${root}`) ? ('pinned' as const) : ('absent' as const)
  }
  upload = async (root: CID) => {
    if (this.failure !== undefined) throw this.failure
    this.held.add(`${root}`)
    this.uploads += 1
  }
}

/** Roots of tests: different and well-formed. */
export function testRoot(seed: string): CID {
  return rootFromHash(`0x${createHash('sha256').update(seed).digest('hex')}`)
}

export function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
}

export class MemoryNotifier implements Notifier {
  readonly name = 'memory'
  readonly sent: Notification[] = []
  failure: Error | undefined
  send = async (notification: Notification) => {
    if (this.failure !== undefined) throw this.failure
    this.sent.push(notification)
  }
}

/** One domain with three replicas, its chain, DNS and pages, all in memory. */
export class World {
  readonly name: DomainName
  readonly clock: VirtualClock
  readonly chain: MemoryChain
  readonly dns = new MemoryDns()
  readonly replicas = [new MemoryReplica('node-1'), new MemoryReplica('node-2'), new MemoryReplica('node-3')]
  /** Page of each root. */
  readonly pages = new Map<string, string>()
  /** What readers get instead of the live page. */
  served: { status: number; body: string } | undefined
  readonly verifications = new Map<string, Verification>()
  restarts: AgentReplica['restart']

  constructor(name: string, clock: VirtualClock) {
    this.name = parseDomainName(name)
    this.clock = clock
    this.chain = new MemoryChain(name)
  }

  /** A release that is signed, stored, live and pointed to. */
  release(seed: string, body: string, options: { verified?: boolean } = {}): CID {
    const root = this.sign(seed, body, options)
    for (const replica of this.replicas) replica.held.add(`${root}`)
    this.chain.publish(root)
    this.dns.cid = `${root}`
    return root
  }

  /** A release that is signed and nothing else. */
  sign(seed: string, body: string, { verified = true } = {}): CID {
    const root = testRoot(`${this.name} ${seed}`)
    this.pages.set(`${root}`, body)
    const files: ReleaseFile[] = [{ path: 'index.html', sha256: createHash('sha256').update(body).digest('hex') }]
    this.verifications.set(
      `${root}`,
      verified
        ? { kind: 'verified', files }
        : { kind: 'unverifiable', code: 'SIGNATURE_INVALID', reason: 'The signature is wrong.' },
    )
    return root
  }

  liveRoot(): string {
    const live = this.chain.releases.find(({ release }) => release === this.chain.live)!
    return `${rootFromHash(live.ipfsHash)}`
  }

  /** Readers are served the live release by the nodes that hold it. */
  fetch = async (): Promise<Response> => {
    if (this.served !== undefined) return new Response(this.served.body, { status: this.served.status })
    return new Response(this.pages.get(this.liveRoot()) ?? '', { status: 200 })
  }

  domain(more: Partial<AgentDomain> = {}): AgentDomain {
    const { restarts } = this
    return {
      name: this.name,
      url: `http://${this.name}`,
      checks: [{ path: '/', status: 200, contains: '<title>' }],
      replicas: this.replicas.map((replica, index) => ({
        replica,
        tier: index === 0 ? 1 : 2,
        ...(restarts === undefined ? {} : { restart: restarts }),
      })),
      need: 2,
      minFailureDomains: 2,
      dns: { driver: this.dns, resolvers: [] },
      preview: async (root) => ({ status: 200, body: Buffer.from(this.pages.get(`${root}`) ?? '') }),
      ...more,
    }
  }
}

/** The tools over worlds: verification is looked up, a proof is whether the replica holds the root. */
export function worldTools(worlds: readonly World[]): AgentTools {
  return {
    verifierFor:
      ({ name }) =>
      async ({ root }) => {
        const world = worlds.find((one) => one.name === name)!
        return world.verifications.get(`${root}`) ?? { kind: 'missing', reason: 'No source has it.' }
      },
    prove: async (root, replica) => {
      if ((await replica.status(root)) === 'pinned') return { kind: 'proven', blocks: 3 }
      return { kind: 'incomplete', reason: 'the root block is missing' }
    },
    carOf: () => async function* () {},
    checkFeed: async () => {},
    contentOf: async (root, { name }) => worlds.find((one) => one.name === name)!.pages.get(`${root}`) ?? 'unknown',
    fetch: async (input) => worlds.find(({ name }) => new URL(String(input)).hostname === name)!.fetch(),
  }
}

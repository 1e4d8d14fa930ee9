import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PublishRequests, Transactor } from '@domainsync/core'
import { openSqliteStore, type Store } from '@domainsync/journal'
import { expect } from 'vitest'
import type { AgentDomain } from '../agent-domain.ts'
import type { AgentKey } from './agent-key.ts'
import type { AgentSettings } from './agent-settings.ts'
import { MemoryNotifier, memoryTransactor, VirtualClock, World, worldTools } from './agent-world.test.support.ts'
import { type Agent, createAgent } from './create-agent.ts'
import type { DomainReport, PassReport } from './pass-report.ts'

/** Virtual hours are thousands of commits, none of which has to survive a power cut. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export const TITLE = '<title>good</title>'
export const REGISTRY = `0x${'2'.repeat(40)}` as const

/** What an agent of a test has beside the stage. */
export interface AgentGiven {
  readonly worlds?: readonly World[]
  readonly domains?: readonly AgentDomain[]
  readonly settings?: Partial<AgentSettings>
  readonly key?: boolean
  readonly transactor?: Transactor
  readonly publishRequests?: PublishRequests
  readonly healer?: AgentKey
  /** Its own memory; the stage's by default. */
  readonly store?: Store
}

/** A world with two good releases, the second live and kept for an hour; a real store; agents over both. */
export class AgentStage implements AsyncDisposable {
  readonly folder: string
  readonly clock: VirtualClock
  readonly store: Store
  readonly world: World
  readonly notifier = new MemoryNotifier()

  private constructor(folder: string, clock: VirtualClock, store: Store) {
    this.folder = folder
    this.clock = clock
    this.store = store
    this.world = new World('bbbhhai.com', clock)
  }

  static async open(): Promise<AgentStage> {
    const folder = await mkdtemp(join(FOLDER, 'agent-'))
    const clock = new VirtualClock()
    const stage = new AgentStage(folder, clock, await openSqliteStore(join(folder, 'agent.db'), { clock }))
    const { world } = stage
    world.release('one', TITLE)
    world.release('two', `${TITLE} two`)
    world.chain.kept = { release: 2, ipfsHash: world.chain.releases[0]!.ipfsHash }
    clock.advance(3_600_000)
    return stage
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close()
    await rm(this.folder, { recursive: true })
  }

  agent(given: AgentGiven = {}): Agent {
    const { worlds = [this.world], domains, settings = {}, key = true, transactor, publishRequests } = given
    return createAgent({
      ports: {
        network: { chainId: 31337, registry: REGISTRY },
        chain: worlds.length === 1 ? worlds[0]!.chain : joined(worlds),
        transactor: transactor ?? (key ? memoryTransactor(worlds[0]!.chain) : undefined),
        store: given.store ?? this.store,
        clock: this.clock,
        tools: worldTools(worlds),
        notifiers: [{ notifier: this.notifier, minSeverity: 'info' }],
        publishRequests,
        healer: given.healer,
      },
      domains: domains ?? worlds.map((one) => one.domain()),
      settings,
    })
  }

  /** Lets virtual time run until the work is done. */
  async through<T>(work: Promise<T>): Promise<T> {
    let done = false
    const settled = work.finally(() => {
      done = true
    })
    settled.catch(() => {})
    while (!done) await this.clock.step()
    return settled
  }

  /** Runs the resident until the report of one of its domains satisfies the condition. */
  async until(
    agent: Agent,
    condition: (report: DomainReport) => boolean,
    { limitMs = 600_000 } = {},
  ): Promise<DomainReport[]> {
    const reports = await this.watch(agent, { condition, limitMs })
    expect(reports.some(condition), JSON.stringify(reports.at(-1), null, 1)).toBe(true)
    return reports
  }

  /** Runs the resident for so long, or until the condition holds. */
  async watch(
    agent: Agent,
    { condition = () => false, limitMs }: { condition?: (report: DomainReport) => boolean; limitMs: number },
  ): Promise<DomainReport[]> {
    const reports: DomainReport[] = []
    const stop = new AbortController()
    const deadline = this.clock.monotonic() + limitMs
    const onPass = (pass: PassReport) => {
      reports.push(...pass.domains)
      if (pass.domains.some(condition) || this.clock.monotonic() > deadline) stop.abort()
    }
    await this.through(agent.run({ signal: stop.signal, onPass }))
    return reports
  }
}

function joined(worlds: readonly World[]): World['chain'] {
  return Object.assign(Object.create(worlds[0]!.chain) as World['chain'], {
    block: () => worlds[0]!.chain.block(),
    domain: (name: string, at: never) => worlds.find((one) => one.name === name)!.chain.domain(name as never, at),
  })
}

/** The repairs that were done, in order. */
export function done(reports: readonly DomainReport[]): string[] {
  return reports
    .flatMap(({ actions }) => actions)
    .filter(({ outcome, action }) => outcome === 'done' && action.kind !== 'notify' && action.kind !== 'page')
    .map(({ action }) => action.kind)
}

/** The incident is over. */
export function closed({ incident }: DomainReport): boolean {
  return incident !== null && incident.closedAt !== undefined
}

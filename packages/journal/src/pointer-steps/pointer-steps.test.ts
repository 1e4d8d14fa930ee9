import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Bytes32,
  type Chain,
  type DnsDriver,
  type DomainState,
  parseDomainName,
  rootFromHash,
  type TransactionReceipt,
} from '@domainsync/core'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runOperation } from '../run-operation.ts'
import type { StepDefinition } from '../step-definition.ts'
import type { Store } from '../store.ts'
import { openSqliteStore } from '../stores/sqlite/open-sqlite-store.ts'
import { virtualClock } from '../test/virtual-clock.ts'
import { confirmStep, DROPPED_AFTER_MS } from './confirm-step.ts'
import { pointDns } from './point-dns.ts'
import type { PointerPlace } from './pointer-place.ts'
import { swapStep } from './swap-step.ts'

const NAME = parseDomainName('a.test')
const digest = (n: number): Bytes32 => `0x${n.toString(16).padStart(64, '0')}`
const root = (n: number) => `${rootFromHash(digest(n))}`

/** A chain with one release and a name that can be changed, as plain values behind the ports. */
class Place {
  head = { ipfsHash: digest(1), live: 1, latest: 1, seq: 1, stable: true, paused: 0 }
  block = 10
  minedIn: number | undefined = 10
  cid: string | undefined
  held = true
  swaps = 0
  /** Called between the driver's reading and its writing. */
  meanwhile = () => {}

  readonly pointers: PointerPlace = {
    name: NAME,
    chain: {
      name: 'test',
      block: async () => ({ number: this.block, hash: digest(this.block), timestamp: 0 }),
      domain: async (_, block) => ({ head: this.head, block }) as DomainState,
      async *events() {},
    } satisfies Chain,
    transactor: {
      receipt: async (hash) =>
        this.minedIn === undefined ? undefined : ({ hash, block: { number: this.minedIn } } as TransactionReceipt),
    },
    dns: {
      name: 'test',
      read: async () => ({ cid: this.cid, ttlSeconds: 30 }),
      swap: async (_, { expected, next }) => {
        this.meanwhile()
        if (this.cid !== expected) return { kind: 'conflict', found: this.cid }
        this.cid = next
        this.swaps++
        return { kind: 'swapped' }
      },
    } satisfies DnsDriver,
    holdLease: async () => {
      if (!this.held) throw Object.assign(new Error('The lease is gone.'), { code: 'LEASE_LOST', retryable: false })
    },
  }
}

describe('the steps of a pointer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pointers-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let count = 0
  let clock = virtualClock()
  let store: Store
  let place: Place
  let sent: number
  beforeEach(async () => {
    clock = virtualClock()
    store = await openSqliteStore(join(folder, `${count++}.db`), { clock })
    place = new Place()
    sent = 0
  })
  afterEach(() => store.close())

  /** Stands for the transaction: its receipt is what the steps after it read. */
  const send: StepDefinition<Place> = {
    key: 'send',
    intent: async () => null,
    effect: async () => {
      sent++
      place.minedIn ??= place.block
    },
    observe: async () => (place.minedIn === undefined ? undefined : { hash: digest(77) }),
  }
  const confirm = (confirmations = 0) =>
    confirmStep<Place>({ place: (at) => at.pointers, transaction: 'send', confirmations, observeEveryMs: 1_000 })
  const swap = swapStep<Place>({ place: (at) => at.pointers })

  async function run(...steps: StepDefinition<Place>[]) {
    const opened = { id: '0xop', kind: 'publish', domain: NAME, expectedSeq: 0, root: root(1) } as const
    const operation = await store.journal.open({ ...opened, steps: steps.map(({ key }) => key) })
    const done = await runOperation(operation, steps, { journal: store.journal, context: place, clock })
    return done.steps.at(-1)!.receipt
  }

  describe('confirm', () => {
    it('waits until the quorum shows a newer head', async () => {
      place.head = { ...place.head, seq: 0 }
      clock.at(3_000, () => {
        place.head = { ...place.head, seq: 1 }
      })
      expect(await run(send, confirm())).toEqual({ live: 1, seq: 1, block: 10 })
    })

    it('waits for the blocks asked for on top of the transaction’s own, also when it moved to a later one', async () => {
      clock.at(3_000, () => {
        place.minedIn = 12
        place.block = 13
      })
      clock.at(6_000, () => {
        place.block = 14
      })
      expect(await run(send, confirm(2))).toEqual({ live: 1, seq: 1, block: 14 })
    })

    it('has a transaction sent again that is in no block any more', async () => {
      place.head = { ...place.head, seq: 0 }
      clock.at(3_000, () => {
        place.minedIn = undefined
      })
      clock.at(3_000 + 2 * DROPPED_AFTER_MS, () => {
        place.head = { ...place.head, seq: 1 }
      })
      expect(await run(send, confirm())).toMatchObject({ seq: 1 })
      expect(sent).toBe(2)
    })

    it('does not take a receipt that shows late for a reorganisation', async () => {
      clock.at(1_000, () => {
        place.minedIn = undefined
      })
      clock.at(1_000 + DROPPED_AFTER_MS / 2, () => {
        place.minedIn = 10
        place.block = 12
      })
      await run(send, confirm(2))
      expect(sent).toBe(1)
    })
  })

  describe('swap', () => {
    it('points DNS to the live release', async () => {
      place.cid = root(5)
      expect(await run(swap)).toEqual({ root: root(1), superseded: false })
      expect(place.cid).toBe(root(1))
    })

    it('writes nothing where DNS names it already, however it is spelt', async () => {
      place.cid = rootFromHash(digest(1)).toV0().toString()
      await run(swap)
      expect(place.swaps).toBe(0)
    })

    it('follows the head where somebody went back meanwhile, and says so', async () => {
      place.head = { ...place.head, ipfsHash: digest(9) }
      expect(await run(swap)).toEqual({ root: root(9), superseded: true })
    })

    it('refuses a live release that is quarantined', async () => {
      place.head = { ...place.head, stable: false }
      await expect(run(swap)).rejects.toMatchObject({ code: 'LIVE_QUARANTINED' })
      expect(place.cid).toBeUndefined()
    })

    it('does not write when the lease was lost', async () => {
      place.held = false
      await expect(run(swap)).rejects.toMatchObject({ code: 'LEASE_LOST' })
      expect(place.swaps).toBe(0)
    })

    it('reads again when somebody writes at the same moment, and gives up when that goes on', async () => {
      place.meanwhile = () => {
        place.cid = root(6)
        place.meanwhile = () => {}
      }
      await run(swap)
      expect(place.cid).toBe(root(1))

      let other = 100
      place.meanwhile = () => {
        place.cid = root(other++)
      }
      place.head = { ...place.head, ipfsHash: digest(2) }
      const again = { ...swap, key: 'again' }
      await expect(runAnew(again)).rejects.toMatchObject({ code: 'DNS_CONFLICT', state: 'DNS was left alone.' })
    })
  })

  async function runAnew(step: StepDefinition<Place>) {
    const opened = { id: '0xother', kind: 'publish', domain: NAME, expectedSeq: 0, root: root(2) } as const
    const operation = await store.journal.open({ ...opened, steps: [step.key] })
    return runOperation(operation, [step], { journal: store.journal, context: place, clock })
  }

  it('leave a name alone that says something else than may be replaced', async () => {
    place.cid = root(5)
    const pointing = pointDns(place.pointers, { next: root(1), mayReplace: (found) => found === root(4) })
    await expect(pointing).rejects.toMatchObject({ code: 'DNS_CONFLICT', message: expect.stringContaining(root(5)) })
    expect(place.cid).toBe(root(5))
  })
})

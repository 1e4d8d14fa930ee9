import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bytes32, errorCode } from '@domainsync/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stepKey } from '../../step-key.ts'
import type { Store } from '../../store.ts'
import { openSqliteStore } from './open-sqlite-store.ts'

const OPERATIONS = 3
type Action = { readonly kind: 'reserve' | 'sign' | 'fail' | 'done' | 'mine' | 'other'; readonly n: number }

const action = fc.record<Action>({
  kind: fc.constantFrom('reserve', 'reserve', 'reserve', 'sign', 'sign', 'fail', 'done', 'mine', 'other'),
  n: fc.nat({ max: OPERATIONS - 1 }),
})

/** A chain of one account, and what the steps believe to hold. */
class World {
  /** The count of mined transactions. */
  mined = 0
  readonly holds = new Map<number, number>()
  readonly live = new Set<number>()
  readonly signed = new Map<number, Set<number>>()
  readonly finished = new Set<number>()
  readonly store: Store
  readonly run: number
  #hash = 0
  constructor(store: Store, run: number) {
    this.store = store
    this.run = run
  }

  id = (n: number) => `0x${this.run}-${n}`
  key = (n: number) => stepKey(this.id(n), 'send')
  get account() {
    return { chainId: this.run, sender: '0xab' } as const
  }

  async act({ kind, n }: Action): Promise<void> {
    if (this.finished.has(n)) return
    if (kind === 'reserve') {
      await this.store.journal.open({
        id: this.id(n),
        kind: 'heal',
        domain: `${this.id(n)}.test`,
        expectedSeq: 0,
        steps: ['send'],
      })
      this.live.add(n)
    }
    if (kind === 'other') this.mined++
    if (!this.live.has(n)) return
    if (kind === 'reserve') await this.reserve(n)
    if (kind === 'sign') await this.sign(n)
    if (kind === 'fail') {
      await this.store.journal.advance(this.id(n), { kind: 'failed', step: 'send', error: '' })
      await this.store.journal.advance(this.id(n), { kind: 'finish', state: 'failed' })
      this.live.delete(n)
    }
    const held = this.holds.get(n)
    if (held === undefined || held !== this.mined || !this.signed.get(n)?.has(held)) return
    if (kind === 'mine' || kind === 'done') this.mined++
    if (kind === 'done') {
      await this.store.journal.advance(this.id(n), { kind: 'intent', step: 'send', intent: 0 })
      await this.store.journal.advance(this.id(n), { kind: 'done', step: 'send', receipt: 0 })
      this.finished.add(n)
    }
  }

  async reserve(n: number): Promise<void> {
    const before = this.holds.get(n)
    const others = [...this.holds].filter(([other, nonce]) => other !== n && this.stillHolds(other, nonce))
    const taken = new Set(others.map(([, nonce]) => nonce))
    const waiting = Math.max(...[...(this.signed.get(n) ?? [])].filter((nonce) => nonce >= this.mined), -1)
    let nonce: number
    try {
      nonce = await this.store.journal.reserveNonce({ ...this.account, stepKey: this.key(n), chainNonce: this.mined })
    } catch (error) {
      expect(errorCode(error)).toBe('NONCE_BUSY')
      expect(taken.has(waiting)).toBe(true)
      return
    }
    expect(nonce).toBeGreaterThanOrEqual(this.mined)
    expect(taken.has(nonce)).toBe(false)
    if (before !== undefined && before >= this.mined && !this.tookOver(n, before)) expect(nonce).toBe(before)
    else if (waiting >= 0) expect(nonce).toBe(waiting)
    else for (let gap = this.mined; gap < nonce; gap++) expect(taken.has(gap)).toBe(true)
    for (const [other, held] of this.holds) if (held === nonce && other !== n) this.holds.delete(other)
    this.holds.set(n, nonce)
  }

  tookOver = (n: number, nonce: number) => [...this.holds].some(([other, held]) => other !== n && held === nonce)
  /** A failed step's nonce is up for the taking; a consumed one never matters. */
  stillHolds = (n: number, nonce: number) => nonce >= this.mined && (this.live.has(n) || this.finished.has(n))

  async sign(n: number): Promise<void> {
    const nonce = this.holds.get(n)
    if (nonce === undefined) return
    const hash: Bytes32 = `0x${(++this.#hash + this.run * 10_000).toString(16).padStart(64, '0')}`
    const last = (await this.store.transactions.atNonce({ ...this.account, nonce })).at(-1)
    const transaction = { ...this.account, nonce, hash, raw: '0x02', state: 'signed', blockHash: undefined } as const
    await this.store.transactions.record(transaction, this.key(n), { replaces: last?.hash })
    this.signed.set(n, (this.signed.get(n) ?? new Set()).add(nonce))
  }
}

describe('nonces, whatever happens to the steps that hold them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nonces-'))
  let store: Store
  let run = 0
  beforeAll(async () => {
    store = await openSqliteStore(join(folder, 'agent.db'))
  })
  afterAll(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('are never held by two steps, stay with their step until consumed, and leave no gap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 50 }), async (actions) => {
        const world = new World(store, ++run)
        for (const next of actions) await world.act(next)
      }),
      { numRuns: 200 },
    )
  })
})

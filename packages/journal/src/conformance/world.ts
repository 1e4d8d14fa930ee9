import type { Address, Bytes32, Lease, NewOperation, Operation, StoredTransaction } from '@domainsync/core'
import type { Store } from '../store.ts'

export const SENDER: Address = `0x${'ab'.repeat(20)}`
export const CHAIN = { chainId: 31337, sender: SENDER }

/** The store under test, its clock, and what the tests do often. */
export class World {
  store!: Store
  now = 1_800_000_000_000

  async done(id: string, step: string): Promise<Operation> {
    await this.store.journal.advance(id, { kind: 'intent', step, intent: {} })
    return this.store.journal.advance(id, { kind: 'done', step, receipt: { of: step } })
  }

  async fail(id: string, step: string): Promise<Operation> {
    await this.store.journal.advance(id, { kind: 'failed', step, error: 'no' })
    return this.store.journal.advance(id, { kind: 'finish', state: 'failed' })
  }

  /** The lease of `a.test`, for a second. */
  async claim(owner: string, now = this.now): Promise<Lease> {
    const claim = { owner, now, durationMs: 1_000, limit: 1, domains: ['a.test'] }
    return (await this.store.leases.claimDue(claim))[0]!
  }
}

export const publish = (id: string, change: Partial<NewOperation> = {}): NewOperation => ({
  id,
  kind: 'publish',
  domain: 'a.test',
  expectedSeq: 3,
  steps: ['sign', 'send'],
  ...change,
})

export const hash = (n: number): Bytes32 => `0x${n.toString(16).padStart(64, '0')}`

export const signed = (nonce: number, n: number): StoredTransaction => ({
  ...CHAIN,
  nonce,
  hash: hash(n),
  raw: `0x02${n.toString(16).padStart(4, '0')}`,
  state: 'signed',
  blockHash: undefined,
})

/** The code of the error, or `no error`. */
export const code = (promise: Promise<unknown>): Promise<string | undefined> =>
  promise.then(
    () => 'no error',
    (error: { code?: string }) => error.code,
  )

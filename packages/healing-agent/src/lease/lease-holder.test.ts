import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore, type Store } from '@domainsync/journal'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LeaseHolder } from './lease-holder.ts'
import type { OwnerState } from './owner-state.ts'

const DOMAIN = 'bbbhhai.com'
const LEASE_MS = 60_000
const START = 1_800_000_000_000

let folder: string
let store: Store
let now: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lease-'))
  store = await openSqliteStore(join(folder, 'state.db'))
  now = START
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

/** An agent whose view of every other owner is given. */
function holder(owner: string, others: OwnerState = 'alive'): LeaseHolder {
  const clock = { now: () => now, monotonic: () => now, sleep: async () => {} }
  return new LeaseHolder(DOMAIN, { leases: store.leases, clock, owner, durationMs: LEASE_MS, stateOf: () => others })
}

describe('hold', () => {
  it('takes over at once what a dead process of this host holds, with the next epoch', async () => {
    const dead = holder('dead')
    const lease = await dead.hold()
    const next = holder('next', 'gone')
    expect(await next.hold()).toMatchObject({ owner: 'next', epoch: lease!.epoch + 1 })
    await expect(dead.require(lease!.epoch)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect(await holder('late', 'alive').hold()).toBeUndefined()
  })

  it.each(['alive', 'unknown'] as const)('waits for the lease of one that is %s', async (state) => {
    await holder('other').hold()
    const waiting = holder('waiting', state)
    now += LEASE_MS - 1
    expect(await waiting.hold()).toBeUndefined()
    now += 1
    expect(await waiting.hold()).toMatchObject({ owner: 'waiting' })
  })

  it('does not wait hours for a lease that was written while the clock was ahead', async () => {
    now += 5 * 3_600_000
    await holder('gone by now').hold()
    now = START
    expect(await holder('next', 'unknown').hold()).toMatchObject({ owner: 'next' })
  })

  it('leaves a living agent of this host its lease when the clock goes back', async () => {
    now += 5 * 3_600_000
    const first = holder('first')
    const lease = await first.hold()
    now = START
    expect(await holder('second', 'alive').hold()).toBeUndefined()
    expect(await first.hold()).toEqual({ ...lease, until: START + LEASE_MS })
  })

  it('claims again after a pause or a clock that went ahead', async () => {
    const agent = holder('agent')
    const lease = await agent.hold()
    now += 5 * 3_600_000
    expect(await agent.hold()).toMatchObject({ owner: 'agent', epoch: lease!.epoch + 1 })
  })
})

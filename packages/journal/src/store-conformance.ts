import { afterEach, beforeEach, describe } from 'vitest'
import { testHistory } from './conformance/history.ts'
import { testLeases } from './conformance/leases.ts'
import { testNonces } from './conformance/nonces.ts'
import { testOperations } from './conformance/operations.ts'
import { testOutboxAndCursors } from './conformance/outbox-and-cursors.ts'
import { testTransactions } from './conformance/transactions.ts'
import { World } from './conformance/world.ts'
import type { Store } from './store.ts'

/** Opens a store that is new and empty, on the clock given. */
export type OpenStore = (options: { now: () => number }) => Promise<Store>

/** What any store must do, whatever it is built on. */
export function testStore(name: string, openStore: OpenStore): void {
  describe(`${name}: the store`, () => {
    const world = new World()
    beforeEach(async () => {
      world.store = await openStore({ now: () => world.now })
    })
    afterEach(() => world.store.close())

    testOperations(world)
    testLeases(world)
    testNonces(world)
    testTransactions(world)
    testHistory(world)
    testOutboxAndCursors(world)
  })
}

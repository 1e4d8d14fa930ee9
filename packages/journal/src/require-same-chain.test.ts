import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bytes32 } from '@domainsync/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { requireSameChain } from './require-same-chain.ts'
import type { Store } from './store.ts'
import { openSqliteStore } from './stores/sqlite/open-sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'same-chain-'))
let store: Store
beforeAll(async () => {
  store = await openSqliteStore(join(folder, 'journal.db'))
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const check = (first: number, { chainId = 31337, lookOnly = false } = {}) => {
  const hash: Bytes32 = `0x${String(first).padStart(64, '0')}`
  const chain = { block: async () => ({ number: 0, hash, timestamp: 0 }) }
  return requireSameChain({ chain, chainId, cursors: store.cursors, lookOnly })
}

it('knows a chain by its first block, once it did more than look', async () => {
  await check(1, { lookOnly: true })
  await check(2)
  await check(2)
  await expect(check(1)).rejects.toMatchObject({ code: 'CHAIN_CHANGED', retryable: false })
  await expect(check(1, { lookOnly: true })).rejects.toMatchObject({ code: 'CHAIN_CHANGED' })
})

it('keeps chains of other ids apart', async () => {
  await check(3, { chainId: 1 })
  await check(2)
})

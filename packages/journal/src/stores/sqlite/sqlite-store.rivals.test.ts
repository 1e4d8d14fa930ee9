import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runChild } from '../../test/child.ts'
import { openSqliteStore } from './open-sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'rivals-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ROUNDS = 40

it('lets two processes work on one new file: both get on, one operation and one lease at a time', async () => {
  const ends = await Promise.all(['a', 'b'].map((name) => runChild('rival-child.ts', { folder, name, rounds: ROUNDS })))
  for (const end of ends) expect(end).toMatchObject({ code: 0, stderr: '' })
  const [a, b] = ends.map(({ stdout }) => JSON.parse(stdout) as { rounds: number; epochs: number[]; nonces: number[] })
  expect([a?.rounds, b?.rounds]).toEqual([ROUNDS, ROUNDS])
  const epochs = [...a!.epochs, ...b!.epochs]
  expect(epochs.length).toBeGreaterThan(0)
  expect(epochs.toSorted((x, y) => x - y)).toEqual(epochs.map((_, n) => n + 1))
  const nonces = [...a!.nonces, ...b!.nonces]
  expect(nonces.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 2 * ROUNDS }, (_, n) => n))

  await using store = await openSqliteStore(join(folder, 'agent.db'))
  const operations = await store.operations.operations({ limit: 1_000 })
  expect(operations).toHaveLength(2 * ROUNDS)
  expect(new Set(operations.map(({ state }) => state))).toEqual(new Set(['done']))
})

import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { testStore } from '../../store-conformance.ts'
import { systemClock } from '../../system-clock.ts'
import { openSqliteStore } from './open-sqlite-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'store-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
const fresh = () => join(folder, `${count++}`, 'agent.db')

testStore('SQLite', ({ now }) => openSqliteStore(fresh(), { clock: { ...systemClock, now } }))

const operation = { id: '0x1', kind: 'publish', domain: 'a.test', expectedSeq: 0, steps: ['sign'] } as const

describe('openSqliteStore', () => {
  it('makes the folder and the file readable by their owner only, the write-ahead log too', async () => {
    const path = join(folder, 'deep', 'er', 'agent.db')
    const store = await openSqliteStore(path)
    await store.journal.open(operation)
    const mode = (name: string) => (statSync(name).mode & 0o777).toString(8)
    expect([path, `${path}-wal`, `${path}-shm`].map(mode)).toEqual(['600', '600', '600'])
    expect([join(folder, 'deep'), join(folder, 'deep', 'er')].map(mode)).toEqual(['700', '700'])
    await store.close()
  })

  it('writes ahead', async () => {
    const path = fresh()
    const store = await openSqliteStore(path)
    await store.close()
    const database = new DatabaseSync(path)
    expect(database.prepare('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    database.close()
  })

  it('keeps what was written when it is opened again', async () => {
    const path = fresh()
    {
      await using store = await openSqliteStore(path)
      await store.journal.open(operation)
    }
    await using store = await openSqliteStore(path)
    expect(await store.journal.running()).toMatchObject([{ id: '0x1' }])
  })

  it('refuses a store of a newer format, and leaves it as it was', async () => {
    const path = fresh()
    await (await openSqliteStore(path)).close()
    const database = new DatabaseSync(path)
    database.exec('INSERT INTO schema_version VALUES (99, 0)')
    database.close()
    const before = readFileSync(path)
    await expect(openSqliteStore(path)).rejects.toMatchObject({ code: 'STORE_TOO_NEW', retryable: false })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('refuses a file that is no database', async () => {
    const path = join(folder, 'garbage.db')
    writeFileSync(path, 'not a database\n'.repeat(1_000))
    await expect(openSqliteStore(path)).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
    expect(readFileSync(path, 'utf8')).toMatch(/^not a database/)
  })

  it('says so when pages of the file are lost', async () => {
    const path = fresh()
    {
      await using store = await openSqliteStore(path)
      await store.journal.open(operation)
    }
    truncateSync(path, 8_192)
    const use = async () => {
      await using store = await openSqliteStore(path)
      await store.journal.open({ ...operation, id: '0x2', domain: 'b.test' })
    }
    await expect(use()).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
  })

  it("refuses another program's database", async () => {
    const path = join(folder, 'other.db')
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE mine (a)')
    database.close()
    await expect(openSqliteStore(path)).rejects.toMatchObject({ code: 'STORE_FOREIGN' })
  })

  it('says so when the place cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(openSqliteStore(join(folder, 'file', 'agent.db'))).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' })
    await expect(openSqliteStore(folder)).rejects.toMatchObject({ code: 'STORE_UNWRITABLE' })
  })

  it('waits for another writer without blocking, and gives up as STORE_BUSY', async () => {
    const path = fresh()
    await using store = await openSqliteStore(path, { busyDeadlineMs: 400 })
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.journal.open(operation)).rejects.toMatchObject({ code: 'STORE_BUSY', retryable: true })
    const waiting = store.journal.open(operation)
    await systemClock.sleep(100)
    other.exec('COMMIT')
    expect((await waiting).state).toBe('running')
    other.close()
  })

  it('counts what it prunes into hourly slots', async () => {
    const path = fresh()
    let now = 1_800_000_000_000
    await using store = await openSqliteStore(path, { clock: { ...systemClock, now: () => now } })
    const seen = (n: number, status: 'good' | 'unknown') => ({
      domain: 'a.test',
      probe: 'dns',
      vantage: 'here',
      at: now + n * 1_000,
      status,
      value: '',
      evidence: '',
    })
    const hour = now - (now % 3_600_000)
    const observations = Array.from({ length: 100 }, (_, n) => seen(n, n < 60 ? 'good' : 'unknown'))
    await store.history.append(observations)
    now += 25 * 3_600_000
    await store.history.append([])
    const kept = await store.history.recent({ domain: 'a.test', limit: 999 })
    expect(kept.map(({ status }) => status)).toEqual(['unknown', 'good'])
    const database = new DatabaseSync(path, { readOnly: true })
    expect({ ...database.prepare('SELECT * FROM slo_slot').get() }).toEqual({
      domain: 'a.test',
      objective: 'probe:dns',
      at: hour,
      good: 59,
      bad: 0,
      unknown: 39,
    })
    database.close()
  })
})

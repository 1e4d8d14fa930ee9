import { closeSync, openSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '@domainsync/core'
import { openSqliteStore } from '../stores/sqlite/open-sqlite-store.ts'
import { systemClock } from '../system-clock.ts'

/** One of several processes that work on one store at the same time. */
export interface RivalTask {
  readonly folder: string
  readonly name: string
  readonly rounds: number
}

const { folder, name, rounds } = JSON.parse(process.argv[2]!) as RivalTask
await using store = await openSqliteStore(join(folder, 'agent.db'))
const report = { rounds: 0, refused: 0, epochs: [] as number[], nonces: [] as number[] }

/** Throws when another process is inside at the same time. */
async function alone(lock: string, inside: () => Promise<void>) {
  const path = join(folder, lock)
  closeSync(openSync(path, 'wx'))
  await inside()
  unlinkSync(path)
}

async function oneOperation(round: number) {
  const id = `0x${name}-${round}`
  for (;;) {
    try {
      await store.journal.open({ id, kind: 'heal', domain: 'shared.test', expectedSeq: 0, steps: ['act'] })
      break
    } catch (error) {
      if (errorCode(error) !== 'OPERATION_RUNNING') throw error
      report.refused++
      await systemClock.sleep(Math.random() * 4)
    }
  }
  await alone('operation', async () => {
    await store.journal.advance(id, { kind: 'intent', step: 'act', intent: round })
    const account = { chainId: 1, sender: '0xab', stepKey: `${id}/act`, chainNonce: 0 } as const
    report.nonces.push(await store.journal.reserveNonce(account))
    await store.journal.advance(id, { kind: 'done', step: 'act', receipt: round })
  })
  await store.journal.advance(id, { kind: 'finish', state: 'done' })
}

async function oneLease() {
  const claim = { owner: name, durationMs: 60_000, limit: 1, domains: ['leased.test'] }
  const [lease] = await store.leases.claimDue({ ...claim, now: Date.now() })
  if (!lease) return
  await alone('lease', async () => {
    report.epochs.push(lease.epoch)
    await store.history.append([
      { domain: 'leased.test', probe: 'p', vantage: name, at: Date.now(), status: 'good', value: '', evidence: '' },
    ])
  })
  await store.leases.release(lease)
}

for (; report.rounds < rounds; report.rounds++) {
  await oneOperation(report.rounds)
  await oneLease()
}
process.stdout.write(JSON.stringify(report))

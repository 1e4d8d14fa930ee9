import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runOperation } from '../run-operation.ts'
import type { StepDefinition } from '../step-definition.ts'
import { openSqliteStore } from '../stores/sqlite/open-sqlite-store.ts'
import { die } from './child.ts'

/** One operation of three steps whose effects are files. Killed, when asked, at one exact point. */
export interface OperationTask {
  readonly folder: string
  readonly steps: readonly string[]
  /** `phase:step`, or `middle:step` for halfway through an effect. */
  readonly killAt?: string
}

const task = JSON.parse(process.argv[2]!) as OperationTask
const dieAt = (point: string) => {
  if (point === task.killAt) die()
}

const steps = task.steps.map(
  (key): StepDefinition<undefined> => ({
    key,
    intent: async ({ receipts }) => ({ id: crypto.randomUUID(), after: Object.keys(receipts) }),
    effect: async (_run, intent) => {
      appendFileSync(join(task.folder, `${key}.began`), `${JSON.stringify(intent)}\n`)
      dieAt(`middle:${key}`)
      writeFileSync(join(task.folder, key), JSON.stringify(intent))
    },
    observe: async () => {
      const path = join(task.folder, key)
      return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
    },
  }),
)

await using store = await openSqliteStore(join(task.folder, 'agent.db'))
const operation = await store.journal.open({
  id: '0xop',
  kind: 'publish',
  domain: 'a.test',
  expectedSeq: 1,
  steps: task.steps,
})
await runOperation(operation, steps, {
  journal: store.journal,
  context: undefined,
  onProgress: ({ phase, step }) => dieAt(`${phase}:${step}`),
})

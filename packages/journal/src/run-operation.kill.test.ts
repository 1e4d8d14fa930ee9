import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSqliteStore } from './stores/sqlite/open-sqlite-store.ts'
import { runChild } from './test/child.ts'

const STEPS = ['first', 'second', 'third']
const POINTS = ['start', 'intent', 'middle', 'effect', 'done']

describe('an operation whose process is killed with SIGKILL', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kill-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const run = (killAt?: string) => runChild('operation-child.ts', { folder, steps: STEPS, killAt })
  const began = (step: string) =>
    readFileSync(join(folder, `${step}.began`), 'utf8')
      .trim()
      .split('\n')

  async function expectFinished() {
    await using store = await openSqliteStore(join(folder, 'agent.db'))
    const operation = await store.operations.operation('0xop')
    expect(operation).toMatchObject({ state: 'done', steps: STEPS.map((key) => ({ key, state: 'done' })) })
    operation!.steps.forEach((step, n) => {
      expect(step.receipt).toEqual(step.intent)
      expect(step.receipt).toMatchObject({ after: STEPS.slice(0, n) })
      expect(readFileSync(join(folder, step.key), 'utf8')).toBe(JSON.stringify(step.intent))
      expect(new Set(began(step.key))).toEqual(new Set([JSON.stringify(step.intent)]))
    })
  }

  for (const step of STEPS) {
    for (const point of POINTS) {
      it(`goes on after a kill at "${point}" of the ${step} step, each effect once`, async () => {
        expect(await run(`${point}:${step}`)).toMatchObject({ signal: 'SIGKILL', stderr: '' })
        expect(await run()).toMatchObject({ code: 0, stderr: '' })
        await expectFinished()
        for (const key of STEPS) expect(began(key)).toHaveLength(point === 'middle' && key === step ? 2 : 1)
      })
    }
  }

  it('goes on after being killed at every point in turn', async () => {
    for (const step of STEPS) {
      for (const point of POINTS) {
        // A step that has its intent passes `start` only, and one whose effect shows goes straight to `done`.
        expect(await run(`${point}:${step}`)).toMatchObject({ signal: 'SIGKILL', stderr: '' })
        if (point === 'middle') break
      }
    }
    expect(await run()).toMatchObject({ code: 0, stderr: '' })
    await expectFinished()
    for (const key of STEPS) expect(began(key)).toHaveLength(2)
  }, 90_000)
})

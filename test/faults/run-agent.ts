import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import type { AgentTask } from './agent-child.ts'

/** A resident agent in a process of its own. Disposing ends it in good order. */
export interface RunningAgent extends AsyncDisposable {
  readonly pid: number
  /** The points of operations that it passed so far. */
  readonly points: readonly string[]
  readonly ended: Promise<{ readonly signal: NodeJS.Signals | null; readonly stderr: string }>
}

export function runAgent(task: AgentTask): RunningAgent {
  const script = join(inject('children'), 'agent-child.mjs')
  const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const points: string[] = []
  createInterface({ input: child.stdout }).on('line', (point) => void points.push(point))
  const ended = endOf(child)
  return {
    pid: child.pid!,
    points,
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function endOf(child: ChildProcess) {
  const [stderr, [, signal]] = await Promise.all([text(child.stderr!), once(child, 'close')])
  return { signal: signal as NodeJS.Signals | null, stderr }
}

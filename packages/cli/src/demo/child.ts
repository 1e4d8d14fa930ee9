import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { DomainSyncError } from '@domainsync/core'

/** How long a child may take to end by itself before it is killed. */
const STOP_TIMEOUT_MS = 2_000
/** How long a child may take to say that it is ready. */
const READY_TIMEOUT_MS = 60_000

export interface ChildOptions {
  /** For messages. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** True for the line of stdout that says it is ready. */
  readonly isReady: (line: string) => boolean
  readonly signal: AbortSignal
}

/** A server that the demonstration runs. */
export interface Child {
  readonly name: string
  readonly pid: number
  /** Ends it as an accident would: no chance to clean up. */
  kill(): Promise<void>
  /** Ends it in good order, by force after two seconds; calling again has no further effect. */
  stop(): Promise<void>
  /** Resolves when it is gone, however it ended. */
  readonly gone: Promise<void>
}

/**
 * Starts a server and waits until it is ready.
 *
 * @throws DomainSyncError `DEMO_SERVER_FAILED` with the last lines that it wrote.
 */
export async function startChild({ name, command, args, cwd, env, isReady, signal }: ChildOptions): Promise<Child> {
  signal.throwIfAborted()
  const server = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  // Whatever ends this program, a crash too, ends its servers.
  const endWithUs = () => server.kill('SIGKILL')
  process.on('exit', endWithUs)
  const gone = once(server, 'close').then(() => void process.off('exit', endWithUs))
  const tail: string[] = []
  const child: Child = {
    name,
    pid: server.pid ?? -1,
    gone,
    kill: () => end(server, gone, 'SIGKILL'),
    stop: () => end(server, gone, 'SIGTERM'),
  }
  const ready = new Promise<void>((resolve) => {
    for (const stream of [server.stdout, server.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        tail.push(line)
        if (tail.length > 20) tail.shift()
        if (stream === server.stdout && isReady(line)) resolve()
      })
    }
  })
  const failed = gone.then(() => {
    throw new DomainSyncError('DEMO_SERVER_FAILED', `${name} ended before it was ready:\n${tail.join('\n')}`)
  })
  try {
    await Promise.race([ready, failed, deadline(name, signal)])
  } catch (error) {
    await child.stop()
    throw error
  }
  failed.catch(() => {})
  return child
}

function deadline(name: string, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    setTimeout(() => {
      reject(new DomainSyncError('DEMO_SERVER_FAILED', `${name} is not ready after ${READY_TIMEOUT_MS / 1_000} s.`))
    }, READY_TIMEOUT_MS).unref()
  })
}

async function end(child: ChildProcess, gone: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return gone
  child.kill(signal)
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await gone
  clearTimeout(force)
}

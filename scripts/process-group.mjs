import { spawn } from 'node:child_process'

/** What ends a process from outside: Ctrl-C, `kill`, a closed terminal. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Starts a child in a process group of its own. Ctrl-C then reaches us alone, and we end the child with all that it started, since
 * some tools leave their helpers running; then this process ends as interrupted.
 *
 * @param {{ command: string, args: readonly string[], beforeEnd?: () => void } & import('node:child_process').SpawnOptions} options
 */
export function spawnGroup({ command, args, beforeEnd, ...options }) {
  let child
  const end = () => {
    try {
      if (child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    beforeEnd?.()
    process.exit(130)
  }
  // Before there is a child: a signal right after its start must find us ready.
  for (const signal of SIGNALS) process.on(signal, end)
  child = spawn(command, args, { ...options, detached: true })
  child.once('exit', () => {
    for (const signal of SIGNALS) process.off(signal, end)
  })
  return child
}

/** The exit code of a child, once all that it printed was read. */
export function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

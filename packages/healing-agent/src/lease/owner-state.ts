import { isSameHost, parseProcessOwner, readProcessStat, thisProcess } from './process-owner.ts'

/** `unknown`: of another host, or this host does not say. Only `gone` is proof that the owner will never write again. */
export type OwnerState = 'alive' | 'gone' | 'unknown'

/** States of a process that has ended and only waits to be noticed by its parent (proc(5)). */
const ENDED = new Set(['Z', 'X', 'x'])

/** Whether the process that a lease names still lives. */
export function ownerState(name: string): OwnerState {
  const owner = parseProcessOwner(name)
  if (owner === undefined || !isSameHost(owner, thisProcess())) return 'unknown'
  if (!exists(owner.pid)) return 'gone'
  const stat = readProcessStat(owner.pid)
  if (stat === undefined) return exists(owner.pid) ? 'unknown' : 'gone'
  return ENDED.has(stat.state) || stat.startedTicks !== owner.startedTicks ? 'gone' : 'alive'
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

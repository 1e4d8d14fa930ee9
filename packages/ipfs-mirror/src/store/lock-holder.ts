import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename } from 'node:path'

/** Longest command that is remembered, in characters. */
const MAX_COMMAND_LENGTH = 120

/** The process that took a lock. */
export interface LockHolder {
  readonly pid: number
  /** What it was started as, without its options: `domainsync follow bbbhhai.com`. */
  readonly command: string
}

/**
 * Says beside a lock who took it. For people alone: the lock is the lock, and what somebody left who was killed is taken away by the
 * next holder. A disk without room for it is no reason not to go on.
 */
export function writeLockHolder(path: string): void {
  removeLockHolder(path)
  try {
    const holder = { pid: process.pid, host: hostname(), command: ownCommand() }
    writeFileSync(path, JSON.stringify(holder), { mode: 0o600, flag: 'wx' })
  } catch {
    // Nobody reads half of it: it is no JSON.
  }
}

export function removeLockHolder(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // What is left is not believed once its process has ended.
  }
}

/** Who took a lock that is taken; `undefined` when that is not known, or the process has ended or is of another machine. */
export function readLockHolder(path: string): LockHolder | undefined {
  try {
    const { pid, host, command } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    if (host !== hostname() || typeof pid !== 'number' || typeof command !== 'string' || !isAlive(pid)) return undefined
    return { pid, command: command.slice(0, MAX_COMMAND_LENGTH) }
  } catch {
    return undefined
  }
}

/** Up to the first option: an option's value may be an address with a key in it. */
function ownCommand(): string {
  const [program = process.execPath, ...words] = process.argv.slice(1)
  const firstOption = words.findIndex((word) => word.startsWith('-'))
  const plain = firstOption === -1 ? words : words.slice(0, firstOption)
  return [basename(program).replace(/\.[cm]?[jt]s$/, ''), ...plain].join(' ').slice(0, MAX_COMMAND_LENGTH)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

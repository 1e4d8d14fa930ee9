import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Which process holds a lease: enough for another process of the same host to tell whether it still lives. */
export interface ProcessOwner {
  /** For people; two hosts may have the same name. */
  readonly host: string
  /** The kernel's, new at every boot: the same one means the same running machine. */
  readonly bootId: string
  /** Process ids mean the same only within one. */
  readonly pidNamespace: string
  readonly pid: number
  /** In clock ticks since boot: a later process with the same id has another. */
  readonly startedTicks: string
}

/** What a kernel without `/proc` does not say. */
const UNKNOWN = '-'

/** Names this process as the owner of leases. Every call gives another name: two agents of one process are two owners. */
export function processOwner(): string {
  const { host, bootId, pidNamespace, pid, startedTicks } = thisProcess()
  return [host, bootId, pidNamespace, pid, startedTicks, randomUUID()].join('/')
}

/** The owner that a name stands for; `undefined` for a name of any other form. */
export function parseProcessOwner(name: string): ProcessOwner | undefined {
  const [, host, bootId, pidNamespace, pid, startedTicks] =
    /^([^/]+)\/([^/]+)\/([^/]+)\/([1-9]\d*)\/([^/]+)\/[^/]+$/.exec(name) ?? []
  if (pid === undefined) return undefined
  return { host: host!, bootId: bootId!, pidNamespace: pidNamespace!, pid: Number(pid), startedTicks: startedTicks! }
}

export function thisProcess(): ProcessOwner {
  return {
    host: hostname().replaceAll('/', '') || UNKNOWN,
    bootId: orUnknown(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    pidNamespace: orUnknown(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    startedTicks: readProcessStat(process.pid)?.startedTicks ?? UNKNOWN,
  }
}

/** Whether both are of one running machine, and count their processes together. */
export function isSameHost(one: ProcessOwner, other: ProcessOwner): boolean {
  const known = one.bootId !== UNKNOWN && one.pidNamespace !== UNKNOWN
  return known && one.bootId === other.bootId && one.pidNamespace === other.pidNamespace
}

/** State letter and start time of a process (proc(5), fields 3 and 22); `undefined` when they cannot be read. */
export function readProcessStat(pid: number): { state: string; startedTicks: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0]!, startedTicks: fields[19]! }
  } catch {
    return undefined
  }
}

function orUnknown(read: () => string): string {
  try {
    return read().trim() || UNKNOWN
  } catch {
    return UNKNOWN
  }
}

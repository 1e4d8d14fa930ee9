import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { ownerState } from './owner-state.ts'
import { parseProcessOwner, processOwner, readProcessStat } from './process-owner.ts'

const onLinux = process.platform === 'linux'
let child: ChildProcess | undefined

afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'close')
  child = undefined
})

/** Another process of this host, and its name as an owner. */
async function startOwner(command = 'sleep', args = ['60']): Promise<string> {
  child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child, 'spawn')
  return changed(processOwner(), { 3: String(child.pid), 4: readProcessStat(child.pid!)!.startedTicks })
}

/** The name with some of its parts replaced, counted from 0. */
function changed(name: string, parts: Readonly<Record<number, string>>): string {
  return name
    .split('/')
    .map((part, index) => parts[index] ?? part)
    .join('/')
}

describe.runIf(onLinux)('ownerState', () => {
  it('says that this process lives', () => {
    expect(ownerState(processOwner())).toBe('alive')
  })

  it('says that another process lives until it is killed', async () => {
    const owner = await startOwner()
    expect(ownerState(owner)).toBe('alive')
    child!.kill('SIGKILL')
    await once(child!, 'close')
    expect(ownerState(owner)).toBe('gone')
  })

  it('is not deceived by a process that got the same id later', () => {
    const { startedTicks } = readProcessStat(process.pid)!
    expect(ownerState(changed(processOwner(), { 4: String(Number(startedTicks) - 1) }))).toBe('gone')
  })

  it('counts a process as gone that has ended and was not waited for', async () => {
    // The shell becomes a program that never waits for the child it already has.
    const owner = await startOwner('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'])
    const [line] = (await once(child!.stdout!, 'data')) as [Buffer]
    const zombie = line.toString().trim()
    const { startedTicks } = readProcessStat(Number(zombie))!
    const name = changed(owner, { 3: zombie, 4: startedTicks })
    await expect.poll(() => readProcessStat(Number(zombie))?.state, { timeout: 5_000 }).toBe('Z')
    expect(ownerState(name)).toBe('gone')
  })

  it('cannot tell for another boot, another container, or a name of another kind', () => {
    const own = processOwner()
    const dead = { 3: '999999999' }
    expect(ownerState(changed(own, dead))).toBe('gone')
    expect(ownerState(changed(own, { ...dead, 1: 'another boot' }))).toBe('unknown')
    expect(ownerState(changed(own, { ...dead, 2: 'pid:[1]' }))).toBe('unknown')
    expect(ownerState(changed(own, { ...dead, 1: '-' }))).toBe('unknown')
    expect(ownerState('another agent')).toBe('unknown')
  })
})

describe('processOwner', () => {
  it('names a process so that it can be read back, and every agent of it apart', () => {
    expect(parseProcessOwner(processOwner())).toMatchObject({ pid: process.pid })
    expect(processOwner()).not.toBe(processOwner())
  })
})

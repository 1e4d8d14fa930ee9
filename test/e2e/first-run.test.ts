import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const SCRIPTS = join(import.meta.dirname, '..', '..', 'scripts')
const DEADLINE_MS = 20_000

describe('a first run', () => {
  let folder: string
  const running: ChildProcess[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domainsync-first-run-'))
  })
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  })

  /** A script that uses the real ones. */
  function start(script: string) {
    const imports = ['step', 'withLock'].map((name, index) => {
      const file = join(SCRIPTS, index === 0 ? 'step.mjs' : 'prepare-lock.mjs')
      return `import { ${name} } from ${JSON.stringify(file)}`
    })
    const source = [...imports, script].join('\n')
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], { cwd: folder })
    running.push(child)
    const run = { child, output: '', ended: once(child, 'close').then(([code]) => code as number) }
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (run.output += chunk))
    return run
  }

  async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error('it never came true')
      await delay(20)
    }
  }

  const stepOf = (title: string, script: string, more = '') =>
    `await step('${title}', { command: 'sh', args: ['-c', ${JSON.stringify(script)}], cwd: '.' ${more} })`

  it('says what it does and how long it took, and nothing of what the tools say', async () => {
    const run = start(`${stepOf('Building', 'echo noise; echo more noise >&2')}; console.log('ready')`)
    expect(await run.ended).toBe(0)
    expect(run.output).toMatch(/^Building …\nBuilding: done in \d+ s\nready\n$/)
  })

  it('says in a log that it goes on, and what the tool said last', async () => {
    const run = start(stepOf('Building', 'echo first; echo second; sleep 1', ', remindEveryMs: 200'))
    expect(await run.ended).toBe(0)
    expect(run.output).toMatch(/^Building …\n( {2}\d s {2}second\n)+Building: done in \d+ s\n$/)
  })

  it('shows all that a tool said when it fails, and ends with its exit code', async () => {
    const run = start(`${stepOf('Building', 'echo begun; echo broken >&2; exit 3')}; console.log('never')`)
    expect(await run.ended).toBe(3)
    expect(run.output).toMatch(/failed after \d+ s \(exit code 3\)/)
    expect(run.output).toContain('begun')
    expect(run.output).toContain('broken')
    expect(run.output).not.toContain('never')
  })

  it('ends on Ctrl-C with all that it started', async () => {
    const file = join(folder, 'pid')
    const run = start(stepOf('Building', `sleep 600 & echo $! > ${file}; wait`))
    await until(async () => (await readFile(file, 'utf8').catch(() => '')).endsWith('\n'))
    const helper = Number(await readFile(file, 'utf8'))
    run.child.kill('SIGINT')
    expect(await run.ended).toBe(130)
    await until(() => {
      try {
        process.kill(helper, 0)
        return false
      } catch {
        return true
      }
    })
  })

  it('waits for another one that installs, and says so', async () => {
    const work = (name: string) => `await withLock('lock', async () => {
      console.log('${name} begins')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      console.log('${name} ends')
    })`
    const first = start(work('first'))
    await until(() => first.output.includes('begins'))
    const second = start(work('second'))
    await until(() => second.output.includes('Waiting for another run'))
    expect(second.output).not.toContain('begins')
    expect(await first.ended).toBe(0)
    expect(await second.ended).toBe(0)
    expect(second.output).toContain('second ends')
  })

  it('takes over from one that was killed', async () => {
    const dead = start(
      `await withLock('lock', () => { console.log('mine'); return new Promise((r) => setTimeout(r, 60_000)) })`,
    )
    await until(() => dead.output.includes('mine'))
    dead.child.kill('SIGKILL')
    await dead.ended
    const next = start(`await withLock('lock', () => console.log('taken over'))`)
    expect(await next.ended).toBe(0)
    expect(next.output).toContain('taken over')
    await expect(readFile(join(folder, 'lock'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('lets go when it is interrupted in the middle', async () => {
    const run = start(`await withLock('lock', async () => { ${stepOf('Building', 'sleep 600')} })`)
    await until(() => run.output.includes('Building'))
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(130)
    await expect(readFile(join(folder, 'lock'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

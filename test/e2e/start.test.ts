import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')
const RUN_LIMIT_MS = 240_000

const running: Run[] = []

/** `npm start` as a terminal runs it: a process group of its own, which Ctrl-C reaches as a whole. */
class Run {
  readonly child: ChildProcess
  output = ''
  readonly ended: Promise<number>

  constructor(args: readonly string[] = []) {
    this.child = spawn('npm', ['start', '--', ...args], {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.output += chunk.toString()
      })
    }
    this.ended = once(this.child, 'close').then(([code]) => code as number)
    running.push(this)
  }

  /** Resolves when the text was printed; fails when the run ends, or the time is over, before that. */
  async says(text: string): Promise<void> {
    const deadline = Date.now() + RUN_LIMIT_MS
    let ended = false
    void this.ended.then(() => {
      ended = true
    })
    while (!this.output.includes(text)) {
      if (ended || Date.now() > deadline) throw new Error(`"${text}" was never said:\n${this.output}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  ctrlC(): void {
    process.kill(-this.child.pid!, 'SIGINT')
  }

  /** The group has no process left; zombies are reaped by then. */
  get isGone(): boolean {
    try {
      process.kill(-this.child.pid!, 0)
      return false
    } catch {
      return true
    }
  }

  get folder(): string | undefined {
    return /(\/\S*domainsync-\w{6})\/domainsync\.config\.ts/.exec(this.output)?.[1]
  }
}

afterEach(() => {
  for (const run of running.splice(0)) if (!run.isGone) process.kill(-run.child.pid!, 'SIGKILL')
})

async function gone(run: Run): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!run.isGone && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(run.isGone).toBe(true)
}

describe('npm start', () => {
  it('plays three acts, twice at the same time', { timeout: RUN_LIMIT_MS }, async () => {
    const runs = [new Run(), new Run([join(ROOT, 'examples/sites/audityzer.com')])]
    for (const run of runs) {
      expect(await run.ended, run.output).toBe(0)
      expect(run.output.match(/healed after/g)).toHaveLength(3)
      expect(run.output).toContain('CONTENT_QUARANTINED')
      expect(run.output).not.toContain('missed')
      await gone(run)
    }
    expect(runs[1]!.output).toContain('http://your-site.test.localhost:')
  })

  it.each(['Starting a chain node', 'Deploying the registry', 'Publishing 3 sites', 'Act 1', 'Act 2'])(
    'leaves nothing behind after Ctrl-C at "%s"',
    { timeout: RUN_LIMIT_MS },
    async (moment) => {
      const run = new Run()
      await run.says(moment)
      run.ctrlC()
      expect(await run.ended, run.output).not.toBe(0)
      await gone(run)
      if (run.folder) expect(existsSync(run.folder)).toBe(false)
    },
  )
})

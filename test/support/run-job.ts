import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parse } from 'yaml'

/** A job of a workflow file, as far as it runs commands. */
interface Job {
  readonly steps: readonly { readonly run?: string; readonly env?: Readonly<Record<string, string>> }[]
}

export interface JobOptions {
  /** The checkout. */
  readonly cwd: string
  /** What expressions stand for: `matrix.domain` → `bbbhhai.com`. Those that are missing are empty, as on GitHub. */
  readonly expressions: Readonly<Record<string, string>>
  /** More variables of the machine. */
  readonly env: Readonly<Record<string, string>>
}

export interface JobEnd {
  /** Exit code of the first step that failed, else 0. */
  readonly code: number
  readonly output: string
  /** What the steps wrote to `$GITHUB_OUTPUT`. */
  readonly outputs: Readonly<Record<string, string>>
}

/** Runs the `run` steps of a job as GitHub's runner does: each by `bash -e`, until one fails. Actions (`uses`) are left out. */
export async function runJob(file: string, name: string, { cwd, expressions, env }: JobOptions): Promise<JobEnd> {
  const workflow = parse(await readFile(file, 'utf8')) as { env?: Record<string, string>; jobs: Record<string, Job> }
  const fill = (value: string) => `${value}`.replace(/\$\{\{ (.*?) \}\}/g, (_, key: string) => expressions[key] ?? '')
  const scratch = await mkdtemp(join(tmpdir(), 'domainsync-job-'))
  try {
    const outputFile = join(scratch, 'output')
    await writeFile(outputFile, '')
    let output = ''
    let code = 0
    for (const step of workflow.jobs[name]!.steps.filter(({ run }) => run !== undefined)) {
      const script = join(scratch, 'step.sh')
      await writeFile(script, fill(step.run!))
      const own = Object.fromEntries(
        Object.entries({ ...workflow.env, ...step.env }).map(([key, value]) => [key, fill(value)]),
      )
      const child = spawn('bash', ['-e', script], {
        cwd,
        env: { ...process.env, ...env, ...own, GITHUB_OUTPUT: outputFile },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const [stdout, stderr, [ended]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close') as Promise<[number]>,
      ])
      output += stdout + stderr
      code = ended
      if (code !== 0) break
    }
    const lines = (await readFile(outputFile, 'utf8')).split('\n').filter((line) => line.includes('='))
    const outputs = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    return { code, output, outputs }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

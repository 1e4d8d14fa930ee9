import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Time for one question to the solvers, in seconds; a check asks many. */
export const QUERY_TIMEOUT_S = 300

export type Outcome = 'proved' | 'counterexample' | 'timed out' | 'not finished'

export interface CheckResult {
  readonly contract: string
  /** `sync` of `check_sync(bytes32,uint32)`. */
  readonly check: string
  readonly outcome: Outcome
  readonly seconds: number
}

export interface HalmosOptions {
  /** The programs of `requirements.txt`. */
  tools: string
  /** The folder with `out/`, for halmos to read. */
  folder: string
  contract: string
  /** Signatures of the checks to run. */
  checks: readonly string[]
  /** Leave each check at its first counterexample. */
  firstCounterexample?: boolean
}

interface HalmosReport {
  test_results: Record<string, { name: string; exitcode: number; time: number[]; num_bounded_loops: number }[]>
}

/** halmos wants to build with forge; everything is built. */
export function standInForForge(folder: string): void {
  writeFileSync(join(folder, 'forge'), '#!/bin/sh\n', { mode: 0o755 })
}

/** Runs checks of one contract; what halmos printed comes along, for the counterexamples in it. */
export async function runHalmos(options: HalmosOptions): Promise<{ results: CheckResult[]; output: string }> {
  const { tools, folder, contract, checks } = options
  const report = join(folder, `${contract}.json`)
  const child = spawn(
    join(tools, 'halmos'),
    [
      ...['--root', folder, '--contract', contract, '--match-test', anyOf(checks), '--json-output', report],
      ...['--solver-command', JSON.stringify(join(import.meta.dirname, 'solve.sh')), '--solver-threads', '1'],
      ...['--solver-timeout-assertion', `${QUERY_TIMEOUT_S}s`, '--no-status'],
      ...(options.firstCounterexample ? ['--early-exit'] : []),
    ],
    {
      env: { ...process.env, PATH: [folder, tools, process.env.PATH].join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  await once(child, 'close')
  const reported = new Map(Object.values(readReport(report).test_results).flatMap((all) => all.map((r) => [r.name, r])))
  const results = checks.map((signature): CheckResult => {
    const result = reported.get(signature)
    const check = signature.slice('check_'.length, signature.indexOf('('))
    if (result === undefined) return { contract, check, outcome: 'not finished', seconds: 0 }
    const complete = result.num_bounded_loops === 0
    const seconds = result.time?.[0] ?? 0
    return { contract, check, outcome: complete ? outcomeOf(result.exitcode) : 'not finished', seconds }
  })
  return { results, output }
}

function readReport(file: string): HalmosReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { test_results: {} }
  }
}

/** halmos' exit codes: stuck, reverting always and failing are no proofs either. */
function outcomeOf(exitCode: number): Outcome {
  if (exitCode === 0) return 'proved'
  if (exitCode === 1) return 'counterexample'
  return exitCode === 2 ? 'timed out' : 'not finished'
}

function anyOf(checks: readonly string[]): string {
  return `^(${checks.map((check) => check.replace(/[()[\]]/g, '\\$&')).join('|')})$`
}

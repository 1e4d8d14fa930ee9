import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeploymentRecord } from '../../deploy/deployment-record.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** What `hardhat deploy` printed and how it ended. */
export interface DeployRun {
  readonly code: number | null
  readonly output: string
  /** The line of JSON at the end. */
  readonly outcome: {
    readonly gas?: string
    readonly l1FeeWei?: string | null
    readonly isRehearsal?: boolean
    /** With `--every-network`. */
    readonly networks?: readonly { readonly network: string; readonly chainId: number; readonly gas: string }[]
    readonly contracts?: Record<string, { readonly address: string; readonly status: string; readonly method: string }>
    readonly error?: { readonly code: string; readonly message: string }
  }
}

export interface DeployOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly network?: string
}

export interface DeployTarget {
  readonly url: string
  /** Folder of the records. */
  readonly deployments: string
}

/** Starts `hardhat deploy --json`, on the network "localhost" unless another is named; kill the process to end it early. */
export function startDeploy(
  { url, deployments }: DeployTarget,
  { args = [], env = {}, network = 'localhost' }: DeployOptions = {},
): { process: ChildProcess; run: Promise<DeployRun> } {
  const cli = join(ROOT, 'node_modules/hardhat/dist/src/cli.js')
  const child = spawn(
    process.execPath,
    [cli, 'deploy', '--network', network, '--deployments', deployments, '--json', ...args],
    { cwd: ROOT, env: { ...process.env, DOMAINSYNC_LOCALHOST_URL: url, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  return { process: child, run: finish(child) }
}

/** Runs it to its end. */
export async function runDeploy(target: DeployTarget, options?: DeployOptions): Promise<DeployRun> {
  return startDeploy(target, options).run
}

/** The record of a contract, as text and parsed. */
export async function recordOf({ deployments }: DeployTarget, contract: string): Promise<DeploymentRecord> {
  return JSON.parse(await readFile(recordPath({ deployments }, contract), 'utf8')) as DeploymentRecord
}

export function recordPath({ deployments }: Pick<DeployTarget, 'deployments'>, contract: string): string {
  return join(deployments, 'localhost', `${contract}.json`)
}

async function finish(child: ChildProcess): Promise<DeployRun> {
  let output = ''
  child.stdout!.on('data', (chunk) => {
    output += chunk
  })
  child.stderr!.on('data', (chunk) => {
    output += chunk
  })
  await once(child, 'close')
  const last = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .at(-1)
  return { code: child.exitCode, output, outcome: last === undefined ? {} : JSON.parse(last) }
}

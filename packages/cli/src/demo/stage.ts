import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DomainSyncError } from '@domainsync/core'
import { reservePorts } from '@domainsync/core/node'
import { type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { type Child, startChild } from './child.ts'
import { DEVELOPMENT_ACCOUNTS } from './development-accounts.ts'
import { type DemoSite, writeDemoConfig } from './write-demo-config.ts'

/** The repository: the demonstration runs the contracts' own tool chain. */
export const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url))
const HARDHAT = join(REPOSITORY, 'node_modules/hardhat/dist/src/cli.js')
const DOMAINSYNC = join(REPOSITORY, 'packages/cli/bin/domainsync.js')
const NODES = 3

export interface StageOptions {
  readonly sites: readonly DemoSite[]
  readonly signal: AbortSignal
  /** One line for a person about what is being started. */
  readonly onProgress: (line: string) => void
}

/** Chain, registry, DNS server and replicas of this machine, each a process of its own, in a folder of their own. */
export interface Stage extends AsyncDisposable {
  readonly folder: string
  readonly config: LoadedConfig
  readonly chainUrl: string
  /** The servers by name: `chain`, `dns`, `node-1`, … */
  readonly servers: ReadonlyMap<string, Child>
  /** Starts a server that ended again, as a supervisor would. */
  restart(name: string): Promise<void>
}

/**
 * Sets everything up on free ports. Disposing ends every process and removes the folder, also after a failure half way.
 *
 * @throws DomainSyncError `DEMO_SERVER_FAILED`, `DEMO_DEPLOY_FAILED`
 */
export async function openStage({ sites, signal, onProgress }: StageOptions): Promise<Stage> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'domainsync-'))
  stack.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const [chainPort, dnsPort, ...nodePorts] = await reservePorts(2 + NODES)
  const chainUrl = `http://127.0.0.1:${chainPort}`
  const servers = new Map<string, Child>()
  const closing = { now: false }
  stack.defer(async () => {
    closing.now = true
    await Promise.all([...servers.values()].map((child) => child.stop()))
  })

  onProgress(`Starting a chain node on ${chainUrl}`)
  const chain = await startChild({
    name: 'chain',
    command: process.execPath,
    args: [HARDHAT, 'node', '--hostname', '127.0.0.1', '--port', String(chainPort)],
    cwd: REPOSITORY,
    env: process.env,
    isReady: (line) => line.includes('Started HTTP'),
    signal,
  })
  servers.set('chain', chain)
  onProgress('Deploying the registry')
  const registry = await deployRegistry({ chainUrl, folder, signal })
  const file = await writeDemoConfig({ folder, sites, chainUrl, registry, nodePorts, dnsPort: dnsPort! })
  await mkdir(join(folder, 'state'), { recursive: true })

  const start = async (name: string) => {
    if (closing.now) return
    const child = await startChild({
      name,
      command: process.execPath,
      args: [DOMAINSYNC, 'serve', name, '--config', file, '--json'],
      cwd: folder,
      env: process.env,
      isReady: (line) => line.includes('"schema":"domainsync.serve/1"'),
      signal,
    })
    servers.set(name, child)
  }
  const names = ['dns', ...nodePorts.map((_, index) => `node-${index + 1}`)]
  onProgress(`Starting a DNS server on 127.0.0.1:${dnsPort} and ${NODES} IPFS nodes`)
  await Promise.all(names.map((name) => start(name === 'dns' ? 'local' : name)))
  const config = await loadConfig(file)
  const owned = stack.move()
  return { folder, config, chainUrl, servers, restart: start, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Runs the deploy scripts; gives the registry's address. */
async function deployRegistry({
  chainUrl,
  folder,
  signal,
}: {
  chainUrl: string
  folder: string
  signal: AbortSignal
}): Promise<string> {
  const records = join(folder, 'deployments')
  const registrar = DEVELOPMENT_ACCOUNTS.registrar.address
  const args = ['deploy', '--network', 'localhost', '--deployments', records, '--registrars', registrar, '--json']
  const deploy = spawn(process.execPath, [HARDHAT, ...args], {
    cwd: REPOSITORY,
    env: { ...process.env, DOMAINSYNC_LOCALHOST_URL: chainUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const abort = () => deploy.kill('SIGKILL')
  signal.addEventListener('abort', abort, { once: true })
  let output = ''
  for (const stream of [deploy.stdout, deploy.stderr]) stream.on('data', (chunk) => (output += chunk))
  const [code] = await once(deploy, 'close')
  signal.removeEventListener('abort', abort)
  signal.throwIfAborted()
  const last = output
    .trim()
    .split('\n')
    .findLast((line) => line.startsWith('{'))
  if (code !== 0 || last === undefined)
    throw new DomainSyncError('DEMO_DEPLOY_FAILED', `hardhat deploy failed:\n${output}`)
  const outcome = JSON.parse(last) as { contracts: { DomainSyncRegistry: { address: string } } }
  return outcome.contracts.DomainSyncRegistry.address
}

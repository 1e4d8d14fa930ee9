import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Target } from './http-load.ts'

/** A server of one folder in a process of its own. */
export interface FileServer extends AsyncDisposable {
  /** Where a file of the folder is. */
  at(path: string): Target
}

/** Starts `bench/serve-folder.ts`: our gateway over a store that holds the folder, or plain `node:http` over its files. */
export async function startNodeServer(kind: 'gateway' | 'plain', folder: string): Promise<FileServer> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/serve-folder.ts`, kind, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { port, host } = JSON.parse(line) as { port: number; host: string }
  return {
    at: (path) => ({ port, host, path: `/${path}` }),
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exited(child)
    },
  }
}

/** Starts a real Kubo, offline, whose gateway serves the folder. `repository` is a folder for it alone. */
export async function startKuboGateway(
  binary: string,
  { folder, repository, port }: { folder: string; repository: string; port: number },
): Promise<FileServer> {
  const env = { ...process.env, IPFS_PATH: repository }
  const ipfs = (...args: string[]) =>
    execFileSync(binary, args, { env, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  ipfs('init', '--profile', 'test')
  ipfs('config', 'profile', 'apply', 'unixfs-v1-2025')
  ipfs('config', 'Addresses.Gateway', `/ip4/127.0.0.1/tcp/${port}`)
  const root = ipfs('add', '-r', '-Q', folder).trim()
  const daemon = spawn(binary, ['daemon', '--offline'], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface(daemon.stdout)) if (line.includes('Daemon is ready')) break
  daemon.stdout.resume()
  return {
    at: (path) => ({ port, host: `127.0.0.1:${port}`, path: `/ipfs/${root}/${path}` }),
    async [Symbol.asyncDispose]() {
      daemon.kill()
      await exited(daemon)
    },
  }
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

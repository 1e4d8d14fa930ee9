import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reservePort } from '../../packages/core/dist/node/index.js'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const READY_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 5_000

/** The chain nodes that run here. */
export const CHAIN_NODE_KINDS = ['hardhat', 'anvil'] as const
export type ChainNodeKind = (typeof CHAIN_NODE_KINDS)[number]

/** The node of the tests that run on one alone: anvil, or what the environment's CHAIN_NODE names. */
export const CHAIN_NODE = chainNodeOf(process.env.CHAIN_NODE ?? 'anvil')

/** Private keys of the first accounts that both nodes fund (the public test mnemonic "test test … junk"). */
export const TEST_KEYS = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
  '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a',
  '0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba',
  '0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e',
  '0x4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356',
] as const

export interface ChainNode extends AsyncDisposable {
  readonly kind: ChainNodeKind
  readonly url: string
  readonly chainId: 31337
  readonly pid: number
  /** One JSON-RPC call; rejects with the node's own error message. */
  request(method: string, params?: readonly unknown[]): Promise<unknown>
  /** Ends the process and waits until it is gone; calling again has no further effect. */
  stop(): Promise<void>
}

export interface ChainNodeOptions {
  /** More arguments of the node's command line, e.g. `['--block-time', '1']` for anvil. */
  args?: readonly string[]
  /** A port to use again, e.g. after a crash; a free one by default. */
  port?: number
}

/**
 * Starts a real chain node on 127.0.0.1 and waits until it answers. Both kinds use chain id 31337, fund {@link TEST_KEYS} and
 * mine one block per transaction. Use it with `await using`, or call `stop`.
 */
export async function startChainNode(kind: ChainNodeKind, options: ChainNodeOptions = {}): Promise<ChainNode> {
  const port = options.port ?? (await reservePort())
  const url = `http://127.0.0.1:${port}`
  const { command, args } = commandOf(kind, port)
  const child = spawn(command, [...args, ...(options.args ?? [])], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keepTail = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4_000)
  }
  child.stdout.on('data', keepTail)
  child.stderr.on('data', keepTail)
  const exited = once(child, 'exit')
  exited.catch(() => {})

  const stop = () => stopProcess(child, exited)
  try {
    await waitUntilReady(url, child, () => output)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    kind,
    url,
    chainId: 31337,
    pid: child.pid!,
    request: (method, params = []) => request(url, method, params),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function chainNodeOf(name: string): ChainNodeKind {
  const kind = CHAIN_NODE_KINDS.find((one) => one === name)
  if (kind === undefined) throw new Error(`CHAIN_NODE="${name}": write ${CHAIN_NODE_KINDS.join(' or ')}.`)
  return kind
}

function commandOf(kind: ChainNodeKind, port: number): { command: string; args: string[] } {
  switch (kind) {
    case 'hardhat':
      // The file itself, not npx or the .bin shell script: the pid must be the node's own.
      return {
        command: process.execPath,
        args: [
          join(ROOT, 'node_modules/hardhat/dist/src/cli.js'),
          'node',
          '--hostname',
          '127.0.0.1',
          '--port',
          `${port}`,
        ],
      }
    case 'anvil':
      return { command: anvilBinary(), args: ['--host', '127.0.0.1', '--port', `${port}`, '--silent'] }
  }
}

/** The native binary inside the platform's package: the package's own wrapper would leave it running when it is killed. */
function anvilBinary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const wrapper = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'))
  const manifest = wrapper.resolve(`@foundry-rs/anvil-${process.platform}-${arch}/package.json`)
  return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
}

async function waitUntilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the chain node ended with code ${child.exitCode}:\n${output()}`)
    try {
      await request(url, 'eth_chainId', [])
      return
    } catch (cause) {
      if (Date.now() > deadline) throw new Error(`the chain node is not ready:\n${output()}`, { cause })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function stopProcess(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await exited
  clearTimeout(kill)
}

async function request(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(10_000),
  })
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } }
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`)
  return answer.result
}

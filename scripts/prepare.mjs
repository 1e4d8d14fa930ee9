// Makes a fresh clone runnable with nothing but Node 20 and npm: finds Node 24, installs, builds. No dependencies.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const NODE_MAJOR = 24
const NPX_PACKAGES = ['-p', `node@${NODE_MAJOR}`, '-p', 'pnpm@12']
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const SOURCES = ['contracts', 'deploy', 'hardhat.config.ts', 'packages', 'scripts/bindings', 'tsconfig.base.json']
const STAMPS = join(ROOT, 'node_modules', '.domainsync')

/**
 * Installs and builds what has changed since the last time; says on stderr what it does.
 *
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} the Node 24 to run with, and an environment whose PATH has it.
 */
export async function prepare() {
  if (Number(process.versions.node.split('.')[0]) < 20) fail('DomainSync needs Node 20 or newer.')
  const lock = digest([join(ROOT, 'pnpm-lock.yaml')])
  if (stamp('install') !== lock) {
    say('Installing packages (about a minute the first time) …')
    await npx('pnpm install --frozen-lockfile --prefer-offline --reporter=append-only >&2')
    writeStamp('install', lock)
  }
  const node = await findNode()
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
  const sources = digest(SOURCES.map((p) => join(ROOT, p)))
  if (stamp('build') !== sources) {
    say('Building contracts, bindings and packages …')
    await run(node, ['node_modules/hardhat/dist/src/cli.js', 'build', '--quiet', '--no-tests'], env)
    await run(node, ['node_modules/typescript/bin/tsc', '-b'], env)
    writeStamp('build', sources)
  }
  return { node, env }
}

/** Runs a command in the repository, what it prints goes to stderr; ends this process when it fails. */
export async function run(command, args, env = process.env) {
  const code = await exitCode(spawnGroup(command, args, { env, stdio: ['ignore', 2, 2] }))
  if (code !== 0) process.exit(code)
}

/**
 * A child in a process group of its own. Ctrl-C then reaches us alone, and we end the child with all that it started: some
 * tools leave their helpers running.
 */
function spawnGroup(command, args, options) {
  const child = spawn(command, args, { cwd: ROOT, detached: true, ...options })
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    process.exit(130)
  }
  for (const signal of SIGNALS) process.on(signal, end)
  child.once('exit', () => {
    for (const signal of SIGNALS) process.off(signal, end)
  })
  return child
}

/**
 * Runs a program in our place: same standard streams, its exit code is ours. Signals are left to it (a terminal sends them to
 * both), and passed on when only we got them.
 */
export async function become(command, args, { env, cwd }) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit' })
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal))
  process.exit(await exitCode(child))
}

function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

/** This Node when it is new enough, else the one that npm gives; its path is remembered. */
async function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath
  const known = stamp('node')
  if (known && existsSync(known)) return known
  const node = (await npx('node --print process.execPath', 'pipe')).trim()
  writeStamp('node', node)
  return node
}

/** A shell command with Node 24 and pnpm 12 from npm. */
async function npx(command, stdout = 'inherit') {
  const child = spawnGroup('npx', ['--yes', ...NPX_PACKAGES, '-c', command], { stdio: ['ignore', stdout, 'inherit'] })
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  const code = await exitCode(child)
  if (code !== 0) fail(`"${command}" failed (exit ${code}); its output is above.`, code)
  return output
}

/** Hash over names, sizes and times of files; folders are walked, build output is skipped. */
function digest(paths) {
  const hash = createHash('sha256')
  const visit = (path) => {
    const entry = statSync(path)
    if (!entry.isDirectory()) return void hash.update(`${path}\0${entry.size}\0${entry.mtimeMs}\n`)
    for (const name of readdirSync(path).sort()) {
      if (!['node_modules', 'dist', 'generated', 'state'].includes(name)) visit(join(path, name))
    }
  }
  paths.forEach(visit)
  return hash.digest('hex')
}

function stamp(name) {
  const path = join(STAMPS, name)
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function writeStamp(name, text) {
  mkdirSync(STAMPS, { recursive: true })
  writeFileSync(join(STAMPS, name), text)
}

function say(text) {
  process.stderr.write(`${text}\n`)
}

function fail(text, code = 1) {
  say(text)
  process.exit(code)
}

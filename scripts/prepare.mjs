// Makes a fresh clone runnable with nothing but Node 20 and npm: finds Node 24, installs, builds. No dependencies.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PREPARE_LOCK, withLock } from './prepare-lock.mjs'
import { exitCode, SIGNALS, spawnGroup } from './process-group.mjs'
import { step } from './step.mjs'

/** The repository's folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const NODE_MAJOR = 24
const OWN_MAJOR = Number(process.versions.node.split('.')[0])
/** What npm brings: pnpm, and Node 24 where this is an older one. */
const NPX_PACKAGES = [...(OWN_MAJOR < NODE_MAJOR ? ['-p', `node@${NODE_MAJOR}`] : []), '-p', 'pnpm@12']
const SOURCES = [
  'contracts',
  'deploy',
  'deployments',
  'hardhat.config.ts',
  'packages',
  'scripts/bindings',
  'scripts/bundle-command.ts',
  'scripts/node-bundle.ts',
  'tsconfig.base.json',
]
/** Build output, state, and records of chains that live on this machine. */
const NOT_SOURCES = ['node_modules', 'dist', 'generated', 'state', 'localhost']
const STAMPS = join(ROOT, 'node_modules', '.domainsync')
/** Where Node keeps what it compiled: everything that starts after it starts sooner. */
const COMPILED = join(ROOT, '.cache', 'compiled')

/**
 * Installs and builds what has changed since the last time; says on stderr what it does, and nothing when there is nothing to do.
 *
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} the Node 24 to run with, and an environment whose PATH has it.
 */
export async function prepare() {
  if (OWN_MAJOR < 20) fail('DomainSync needs Node 20 or newer.')
  if (!isReady()) await withLock(PREPARE_LOCK, installAndBuild)
  const node = knownNode()
  return { node, env: environmentOf(node) }
}

function isReady() {
  return stamp('install') === lockDigest() && stamp('build') === sourceDigest() && knownNode() !== undefined
}

async function installAndBuild() {
  if (stamp('install') !== lockDigest()) {
    await npx('Installing packages', {
      command: 'pnpm install --frozen-lockfile --prefer-offline --reporter=append-only',
      hint: 'about a minute the first time',
    })
    writeStamp('install', lockDigest())
  }
  if (knownNode() === undefined) {
    const path = await npx(`Getting Node ${NODE_MAJOR}`, { command: 'node --print process.execPath' })
    writeStamp('node', path.trim())
  }
  const sources = sourceDigest()
  if (stamp('build') === sources) return
  const node = knownNode()
  const tool = (title, ...args) => step(title, { command: node, args, cwd: ROOT, env: environmentOf(node) })
  await tool('Compiling contracts', 'node_modules/hardhat/dist/src/cli.js', 'build', '--quiet', '--no-tests')
  await tool('Building packages', 'node_modules/typescript/bin/tsc', '-b')
  await tool('Bundling the command', 'scripts/bundle-command.ts')
  writeStamp('build', sources)
}

/** This Node when it is new enough, else the one that npm gave. */
function knownNode() {
  if (OWN_MAJOR >= NODE_MAJOR) return process.execPath
  const known = stamp('node')
  return known && existsSync(known) ? known : undefined
}

function environmentOf(node) {
  return { NODE_COMPILE_CACHE: COMPILED, ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` }
}

/** A shell command with what npm brings. */
function npx(title, { command, hint }) {
  const args = ['--yes', ...NPX_PACKAGES, '-c', command]
  return step(title, { command: 'npx', args, cwd: ROOT, env: npmEnvironment(), hint, network: true })
}

/**
 * Without what `npm --prefix <folder> run` leaves to its children: with those an npm inside would look for the machine's own
 * npmrc, and the registry that it names, in that folder.
 */
function npmEnvironment() {
  const ofPrefix = ['prefix', 'local_prefix', 'global_prefix', 'globalconfig'].map((name) => `npm_config_${name}`)
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofPrefix.includes(name.toLowerCase())))
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

/** Runs a program in the repository and shows what it prints, on stderr; ends this process when it fails. */
export async function run(command, args, { env }) {
  const code = await exitCode(spawnGroup({ command, args, env, cwd: ROOT, stdio: ['ignore', 2, 2] }))
  if (code !== 0) process.exit(code)
}

function lockDigest() {
  return digest([join(ROOT, 'pnpm-lock.yaml')])
}

function sourceDigest() {
  return digest(SOURCES.map((path) => join(ROOT, path)).filter(existsSync))
}

/** Hash over names and contents of files, so that a copy of a built checkout is built; folders are walked. */
function digest(paths) {
  const hash = createHash('sha256')
  const visit = (path, name) => {
    if (statSync(path).isDirectory()) {
      for (const entry of readdirSync(path).sort()) {
        if (!NOT_SOURCES.includes(entry)) visit(join(path, entry), `${name}/${entry}`)
      }
    } else hash.update(`${name}\0`).update(readFileSync(path)).update('\0')
  }
  for (const path of paths) visit(path, path.slice(ROOT.length))
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

function fail(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { connectionLimit } from './connection-limit.ts'
import { rawRequest } from './raw-request.test.support.ts'
import { rawSocket } from './raw-socket.test.support.ts'
import { runningNode, storeSite } from './running-node.test.support.ts'

/** Both ends have a file for each, in two processes. */
const MANY = 10_000
/** A low limit of open files. */
const FEW_FILES = 320
/** What an idle connection may take in memory, in bytes. */
const CONNECTION_BYTES = 40_000

async function server() {
  let root: Awaited<ReturnType<typeof storeSite>> | undefined
  const node = await runningNode({ sites: async () => root && { root } })
  root = await storeSite(node.store, { 'index.html': 'home' })
  return { port: node.port, home: () => rawRequest(node.url, { host: 'one.example' }) }
}

/** So many connections from another process, each with one request behind it. Prints how many are open, first and at each line it gets. */
function idleConnections(port: number | string, count: number) {
  const script = join(import.meta.dirname, 'idle-connections.test.support.ts')
  const child = spawn(process.execPath, [script, `${port}`, `${count}`], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill())
  return { child, lines: createInterface(child.stdout) }
}

it(`holds ${MANY} idle connections, and serves others meanwhile`, { timeout: 120_000 }, async ({ skip }) => {
  skip(
    !process.env.CI && connectionLimit(1) < MANY + 100,
    `The limit of open files is too low here: ulimit -n ${MANY + 1_000}.`,
  )
  const { port, home } = await server()
  await home()
  const before = process.memoryUsage().rss
  const { lines, child } = idleConnections(port, MANY)
  expect(await once(lines, 'line')).toEqual([`${MANY}`])
  expect(process.memoryUsage().rss - before).toBeLessThan(MANY * CONNECTION_BYTES)
  const started = performance.now()
  for (let i = 0; i < 100; i++) expect((await home()).body.toString()).toBe('home')
  expect(performance.now() - started).toBeLessThan(10_000)
  child.stdin.write('\n')
  expect(await once(lines, 'line')).toEqual([`${MANY}`])
})

it('goes on serving at the limit of open files, with files to spare', { timeout: 60_000 }, async () => {
  const path = await mkdtemp(join(tmpdir(), 'domainsync-node-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  const index = pathToFileURL(join(import.meta.dirname, '..', 'index.ts'))
  const source = `const { startNode } = await import('${index}')
    const node = await startNode({ path: '${path}', port: 0, token: 'x' })
    console.log(node.port)`
  const limited = ['-c', `ulimit -n ${FEW_FILES}; exec "$0" --input-type=module --eval "$1"`, process.execPath, source]
  const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill())
  const port = `${await once(createInterface(child.stdout), 'line')}`
  const { lines } = idleConnections(port, 10 * FEW_FILES)
  expect(Number(await once(lines, 'line'))).toBeLessThan(FEW_FILES)
  for (let i = 0; i < 20; i++) {
    const answer = await rawRequest(`http://127.0.0.1:${port}`, { path: '/ipfs/bafkqaaa?format=raw' })
    expect(answer.status).toBe(200)
  }
  const files = await readdir(`/proc/${child.pid}/fd`).catch(() => [])
  expect(files.length).toBeLessThan(FEW_FILES - 200)
})

it('ends who does not come to the end of the headers within 10 s', { timeout: 60_000 }, async () => {
  const { port, home } = await server()
  const started = performance.now()
  const slow = rawSocket(port, 'GET / HTTP/1.1\r\nHost: one.example\r\n')
  const silent = rawSocket(port)
  const drip = setInterval(() => slow.send('X: y\r\n'), 250)
  const [answer] = await Promise.all([slow.ended, silent.ended]).finally(() => clearInterval(drip))
  expect(answer).toMatch(/^HTTP\/1\.1 408 |^$/)
  expect(performance.now() - started).toBeGreaterThan(5_000)
  expect((await home()).status).toBe(200)
})

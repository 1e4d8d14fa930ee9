import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { connectionLimit } from './connection-limit.ts'
import { rawRequest } from './raw-request.test.support.ts'
import { rawSocket } from './raw-socket.test.support.ts'
import { runningNode, storeSite } from './running-node.test.support.ts'

/** Both ends have a file for each, in two processes. */
const MANY = 10_000
/** What an idle connection may take in memory, in bytes. */
const CONNECTION_BYTES = 40_000

async function server() {
  let root: Awaited<ReturnType<typeof storeSite>> | undefined
  const node = await runningNode({ sites: async () => root && { root } })
  root = await storeSite(node.store, { 'index.html': 'home' })
  return { port: node.port, home: () => rawRequest(node.url, { host: 'one.example' }) }
}

it(`holds ${MANY} idle connections, and serves others meanwhile`, { timeout: 120_000 }, async ({ skip }) => {
  skip(connectionLimit(1) < MANY + 100, `The limit of open files is too low here: ulimit -n ${MANY + 1_000}.`)
  const { port, home } = await server()
  await home()
  const before = process.memoryUsage().rss
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'idle-connections.test.support.ts'), `${port}`, `${MANY}`],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  onTestFinished(() => void child.kill())
  const lines = createInterface(child.stdout)
  expect(await once(lines, 'line')).toEqual([`${MANY}`])
  expect(process.memoryUsage().rss - before).toBeLessThan(MANY * CONNECTION_BYTES)
  const started = performance.now()
  for (let i = 0; i < 100; i++) expect((await home()).body.toString()).toBe('home')
  expect(performance.now() - started).toBeLessThan(10_000)
  child.stdin.write('\n')
  expect(await once(lines, 'line')).toEqual([`${MANY}`])
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

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { reservePorts } from './reserve-ports.ts'

const MODULE = new URL('./reserve-ports.ts', import.meta.url).href
/** Says which ports it has, and lives on. */
const RIVAL = `
  import { reservePorts } from '${MODULE}'
  console.log(JSON.stringify(await reservePorts(100)))
  setInterval(() => {}, 60_000)`

it('gives every process ports of its own, and each once', async () => {
  const rivals = Array.from({ length: 3 }, async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', RIVAL], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [line] = await once(child.stdout, 'data')
    return JSON.parse(`${line}`) as number[]
  })
  const mine = Array.from({ length: 20 }, () => reservePorts(5))
  const all = (await Promise.all([...mine, ...rivals])).flat()
  expect(all).toHaveLength(400)
  expect(new Set(all).size).toBe(400)
})

it('passes over a port that something else listens on', async () => {
  const [taken] = await reservePorts(1)
  const server = createServer().listen(taken! + 1, '127.0.0.1')
  onTestFinished(() => void server.close())
  expect(await reservePorts(7)).not.toContain(taken! + 1)
})

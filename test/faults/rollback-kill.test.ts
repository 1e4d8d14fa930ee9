import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import { openSqliteStore } from '../../packages/journal/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'

const CLI = join(import.meta.dirname, '../../packages/cli/bin/domainsync.js')
let world: PublishWorld
let first: string

beforeAll(async () => {
  world = await openPublishWorld()
  first = await publish('one')
  await publish('two')
})
afterAll(() => world?.[Symbol.asyncDispose]())

async function publish(body: string): Promise<string> {
  const from = await world.writeSite({ 'index.html': body })
  await using publisher = await openPublisher(world.config)
  return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!.root
}

function domainsync(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args, '--config', world.config.file, '--json'], { stdio: 'pipe' })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  return { child, ended: once(child, 'close').then(([code]) => ({ code, json: stdout && JSON.parse(stdout) })) }
}

/** Whether the journal has the rollback's own step as done and the one for DNS not begun. */
async function isHalfDone(): Promise<boolean> {
  await using store = await openSqliteStore(stateFolder(world.config).journal)
  const [running] = await store.journal.running(DOMAIN)
  return (
    running?.kind === 'rollback' && running.steps.some(({ key, intent }) => key === 'rollback' && intent !== undefined)
  )
}

it('finishes a rollback by hand that was killed, and goes no release further back', { timeout: 60_000 }, async () => {
  const { child, ended } = domainsync('rollback', DOMAIN)
  await expect.poll(isHalfDone, { timeout: 30_000, interval: 5 }).toBe(true)
  child.kill('SIGKILL')
  await ended
  const resumed = await domainsync('resume').ended
  expect(resumed).toMatchObject({ code: 0, json: { schema: 'domainsync.resume/1', rolledBack: [first] } })
  expect(await world.outside()).toMatchObject({ live: first, dns: first, successes: 3 })
  expect(await domainsync('resume').ended).toMatchObject({ code: 0, json: { rolledBack: [] } })
})

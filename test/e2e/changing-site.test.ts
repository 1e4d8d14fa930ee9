import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBlockStore } from '../../packages/ipfs-mirror/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

/** Large enough that reading it takes many changes; a hole, so that it takes no disk. */
const LARGE_BYTES = 128 * 1024 * 1024
/** Pause between two changes, in milliseconds. */
const EVERY_MS = 5

let world: PublishWorld
beforeAll(async () => {
  world = await openPublishWorld()
  await world.writeSite({ 'index.html': 'first' })
  expect((await runCli(['publish', DOMAIN], { config: world.config.file })).code).toBe(0)
})
afterAll(() => world?.[Symbol.asyncDispose]())

const folder = () => join(world.folder, 'changing-site')
const large = () => join(folder(), 'large.bin')
const beside = () => join(world.folder, 'large.new')

function writeLarge(path: string, sizeBytes = LARGE_BYTES): void {
  writeFileSync(path, 'x')
  truncateSync(path, sizeBytes)
}

/** Each is done again and again while the site is published. */
const changes: Record<string, (n: number) => void> = {
  'a file that grows': () => appendFileSync(large(), 'more'),
  'a file that is cut and grows again': (n) => truncateSync(large(), n % 2 === 0 ? LARGE_BYTES / 2 : LARGE_BYTES),
  'a file that is rewritten in place': (n) => writeFileSync(large(), `${n}`, { flag: 'r+' }),
  'a file that is replaced': () => {
    writeLarge(beside())
    renameSync(beside(), large())
  },
  // Without a pause between: a site that was read whole while the file was gone would be a true one.
  'a file that goes and comes back': () => {
    rmSync(large())
    writeLarge(large())
  },
  'files that appear': (n) => writeFileSync(join(folder(), `${n}.html`), `page ${n}`),
}

describe('a site that changes while it is published', { timeout: 60_000 }, () => {
  it.each(Object.keys(changes))('is refused, and nothing moves: %s', async (what) => {
    await rm(folder(), { recursive: true, force: true })
    await mkdir(folder())
    await writeFile(join(folder(), 'index.html'), 'second')
    await writeFile(large(), 'x')
    await truncate(large(), LARGE_BYTES)
    const before = await world.outside()
    let isPublishing = true
    const changing = (async () => {
      for (let n = 0; isPublishing; n++) {
        changes[what]!(n)
        await delay(EVERY_MS)
      }
    })()
    const end = await runCli(['publish', DOMAIN, '--from', folder()], { config: world.config.file })
    isPublishing = false
    await changing
    expect(end).toMatchObject({ code: 1, json: { error: { code: 'SITE_CHANGED_WHILE_READ' } } })
    expect(end.stderr).toMatch(/"[^"]+" changed while it was read; import when the build is done\./)
    expect(await world.outside()).toEqual(before)
    const store = await openBlockStore(join(world.folder, 'state/publisher/blocks'))
    expect(store.pinned()).toHaveLength(1)
    await store.close()
  })

  it('is published once it is still', async () => {
    await rm(large())
    const end = await runCli(['publish', DOMAIN, '--from', folder()], { config: world.config.file })
    expect(end).toMatchObject({ code: 0, json: { outcome: 'published' } })
  })
})

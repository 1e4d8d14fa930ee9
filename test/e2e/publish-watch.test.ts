import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/domainsync.js', import.meta.url))

interface Document {
  readonly schema: string
  readonly outcome?: string
  readonly release?: number
  readonly error?: { readonly code: string }
}

/** `domainsync publish --watch --json`, running. */
function startWatching(config: string) {
  const args = ['publish', DOMAIN, '--watch', '--yes', '--json', '--config', config]
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const documents: Document[] = []
  let progress = ''
  createInterface({ input: child.stdout }).on('line', (line) => documents.push(JSON.parse(line)))
  child.stderr.on('data', (chunk: Buffer) => {
    progress += chunk.toString()
  })
  return {
    documents,
    progress: () => progress,
    interrupt: () => child.kill('SIGINT'),
    ended: closed.then(([code]) => code as number | null),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

describe('domainsync publish --watch', { timeout: 120_000 }, () => {
  let world: PublishWorld
  let watching: ReturnType<typeof startWatching>
  let site: string
  beforeAll(async () => {
    world = await openPublishWorld()
    site = await world.writeSite({ 'index.html': 'first' })
    watching = startWatching(world.config.file)
  })
  afterAll(async () => {
    await watching?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  const nth = (index: number) =>
    expect.poll(() => watching.documents[index], { timeout: 60_000, interval: 50 }).toBeDefined()
  const write = (text: string) => writeFile(join(site, 'index.html'), text)

  it('publishes what is there, and then every change, one document each', async () => {
    await nth(0)
    await write('second')
    await nth(1)
    expect(watching.documents).toMatchObject([
      { schema: 'domainsync.publish/1', outcome: 'published', release: 1 },
      { schema: 'domainsync.publish/1', outcome: 'published', release: 2 },
    ])
  })

  it('publishes a folder that a build removed and made anew, once', async () => {
    await rm(site, { recursive: true })
    await mkdir(join(site, 'notes'), { recursive: true })
    await write('built again')
    await writeFile(join(site, 'notes/one.txt'), 'one')
    await nth(2)
    expect(watching.documents.at(-1)).toMatchObject({ outcome: 'published', release: 3 })
    expect(watching.documents).toHaveLength(3)
  })

  it('says why a change is refused, and goes on watching', async () => {
    await symlink('index.html', join(site, 'link'))
    await nth(3)
    expect(watching.documents.at(-1)).toMatchObject({
      schema: 'domainsync.error/1',
      error: { code: 'SITE_SYMLINK' },
    })
    await rm(join(site, 'link'))
    await write('without the link')
    await nth(4)
    expect(watching.documents.at(-1)).toMatchObject({ outcome: 'published', release: 4 })
  })

  it('says nothing when the files end up as they were', async () => {
    const lines = watching.documents.length
    const looked = watching.progress()
    await cp(site, `${site}-copy`, { recursive: true })
    await rm(site, { recursive: true })
    await cp(`${site}-copy`, site, { recursive: true })
    await write('next')
    await nth(lines)
    expect(watching.documents.slice(lines)).toMatchObject([{ outcome: 'published', release: 5 }])
    expect(watching.progress().slice(looked.length)).not.toContain('unchanged')
  })

  it('publishes once more what changed during a publish', async () => {
    const lines = watching.documents.length
    const before = watching.progress().length
    await write('during, one')
    await expect.poll(() => watching.progress().slice(before), { timeout: 60_000 }).toContain('reading it back')
    await write('during, two')
    await nth(lines + 1)
    expect(watching.documents.slice(lines)).toMatchObject([
      { outcome: 'published', release: 6 },
      { outcome: 'published', release: 7 },
    ])
    const { live, dns } = await world.outside()
    expect(dns).toBe(live)
  })

  it('ends with 130 at Ctrl-C', async () => {
    watching.interrupt()
    expect(await watching.ended).toBe(130)
    expect(watching.documents.at(-1)).toMatchObject({ schema: 'domainsync.error/1', error: { code: 'INTERRUPTED' } })
  })
})

import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/domainsync.js', import.meta.url))
const KIB = 1024
/** Text of so many bytes that nothing can make smaller. */
const noise = (bytes: number) => randomBytes(bytes / 2).toString('hex')

describe('a publish without room', { timeout: 120_000 }, () => {
  let world: PublishWorld
  beforeAll(async () => {
    world = await openPublishWorld()
    await world.writeSite({ 'index.html': 'first' })
    expect(await runCli(['publish', DOMAIN], { config: world.config.file })).toMatchObject({ code: 0 })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  /** Exit 2, and nothing outside this machine changed. */
  async function expectFull(end: { code: number | null; json: Record<string, unknown> }, before: object) {
    const { code, next } = end.json.error as { code: string; next: string }
    expect({ exit: end.code, code, next }).toEqual({
      exit: 2,
      code: 'DISK_FULL',
      next: expect.stringMatching(/^make room, then: /),
    })
    expect(await world.outside()).toEqual(before)
  }

  it('for its files says DISK_FULL, and the same command works once there is some', async () => {
    await world.writeSite({ 'index.html': 'large', 'large.txt': noise(4096 * KIB) })
    const before = await world.outside()
    await expectFull(await publishWithFilesUpTo(1024 * KIB, world.config.file), before)

    const { code, json } = await runCli(['publish', DOMAIN], { config: world.config.file })
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', release: 2 })
    expect(await world.outside()).toMatchObject({ successes: 2, failures: 0, live: json.root, dns: json.root })
  })

  const isRoot = process.getuid?.() === 0
  it.skipIf(!isRoot && !process.env.CI)(
    'for its CAR waits, and resume finishes it on a larger disk (root mounts one)',
    async () => {
      const disk = join(world.folder, 'disk')
      const asRoot = (...command: string[]) => {
        const [name, ...args] = isRoot ? command : ['sudo', '-n', ...command]
        execFileSync(name!, args)
      }
      await mkdir(disk)
      asRoot('mount', '-t', 'tmpfs', '-o', 'size=2m,mode=0777', 'tmpfs', disk)
      try {
        const { file } = await world.configWith('tiny', (config) => {
          config.state = disk
          config.agent!.store = { kind: 'sqlite', path: join(disk, 'domainsync.db') }
        })
        await world.writeSite({ 'index.html': 'on a tiny disk', 'large.txt': noise(1000 * KIB) })
        const before = await world.outside()
        await expectFull(await runCli(['publish', DOMAIN], { config: file }), before)

        asRoot('mount', '-o', 'remount,size=64m', disk)
        const { code, json } = await runCli(['resume'], { config: file })
        expect({ code, results: json.results }).toMatchObject({ code: 0, results: [{ release: 3, incomplete: [] }] })
        expect(await world.outside()).toMatchObject({ successes: before.successes + 1, failures: 0 })
      } finally {
        asRoot('umount', disk)
      }
    },
  )
})

/** Publishes in a process that may not write files of more than so many bytes; a full disk answers its writes alike. */
async function publishWithFilesUpTo(bytes: number, config: string) {
  const script = `ulimit -f ${bytes / 512}; exec "$0" "$@"`
  const args = ['-c', script, process.execPath, COMMAND, 'publish', DOMAIN, '--json', '--config', config]
  const child = spawn('sh', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { code: code as number | null, json: JSON.parse(stdout) as Record<string, unknown> }
}

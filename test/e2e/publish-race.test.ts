import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

describe('two machines that publish at once', { timeout: 180_000 }, () => {
  let world: PublishWorld
  beforeAll(async () => {
    world = await openPublishWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  /** A machine with files and a journal of its own. */
  async function machine(name: string) {
    const site = join(world.folder, `site-${name}`)
    await cp(await world.writeSite({ 'index.html': `from ${name}` }), site, { recursive: true })
    const { file } = await world.configWith(name, (config) => {
      config.state = `state-${name}`
      config.agent!.store = { kind: 'sqlite', path: `state-${name}/domainsync.db` }
      config.domains[DOMAIN]!.site = site
    })
    return { publish: () => runCli(['publish', DOMAIN], { config: file, ownProcess: true }) }
  }

  it('end with one release, and the other says which one came first', async () => {
    const machines = [await machine('one'), await machine('two')]
    const ends = await Promise.all(machines.map(({ publish }) => publish()))
    const winner = ends.find(({ code }) => code === 0)!
    const loser = ends.find(({ code }) => code !== 0)!
    expect(winner.json).toMatchObject({ outcome: 'published', release: 1 })
    expect(loser).toMatchObject({
      code: 1,
      json: { error: { code: expect.stringMatching(/^(STALE_SEQ|OVERTAKEN)$/) } },
    })
    expect((loser.json.error as { message: string }).message).toContain(`release 1 is another one, ${winner.json.root}`)
    const { root } = winner.json
    expect(await world.outside()).toMatchObject({ successes: 1, live: root, dns: root })

    const next = await machines[ends.indexOf(loser)]!.publish()
    expect(next).toMatchObject({ code: 0, json: { outcome: 'published', release: 2 } })
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePorts } from '../../packages/cli/dist/demo/free-port.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

describe('a publish that fails', { timeout: 120_000 }, () => {
  let world: PublishWorld
  let nowhere: number
  beforeEach(async () => {
    world = await openPublishWorld()
    nowhere = (await freePorts(1))[0]!
  })
  afterEach(() => world?.[Symbol.asyncDispose]())

  const publish = (config: string) => runCli(['publish', DOMAIN], { config })

  it('is logged on chain once, three times a day at most', async () => {
    const { file } = await world.configWith('short', ({ providers, replication }) => {
      replication.need = 3
      Object.assign(providers['node-3']!, { url: `http://127.0.0.1:${nowhere}` })
    })
    const logged: number[] = []
    // The same folder fails again and again as one publish; another folder is another.
    for (const text of ['one', 'one', 'two', 'three', 'four']) {
      await world.writeSite({ 'index.html': text })
      const { code, json } = await publish(file)
      const { message, state } = json.error as { message: string; state: string }
      expect({ code, ...json }).toMatchObject({ code: 1, error: { code: 'REPLICATION_INSUFFICIENT' } })
      expect(message).toMatch(/2 of the 3 copies that are needed were proven\. node-3 REPLICA_OFFLINE/)
      expect(state).toMatch(/^No pointer moved\. Run [0-9a-f]{32}\.$/)
      logged.push((await world.outside()).failures)
    }
    expect(logged).toEqual([1, 1, 2, 3, 3])
    expect(await world.outside()).toEqual({
      successes: 0,
      failures: 3,
      transactions: 3,
      live: undefined,
      dns: undefined,
    })
  })

  it('for a DNS server that is gone says what is on chain, and is finished later without a second transaction', async () => {
    const { file } = await world.configWith('no-dns', ({ dns }) => {
      Object.assign(dns.local!, { server: `127.0.0.1:${nowhere}` })
    })
    await world.writeSite({ 'index.html': 'no DNS' })
    const failed = await publish(file)
    expect(failed).toMatchObject({ code: 1, json: { error: { code: 'DNS_UNREACHABLE' } } })
    const { state, next } = failed.json.error as { state: string; next: string }
    expect(state).toMatch(/^The release is on chain; DNS may still name the one before\. Run [0-9a-f]{32}\.$/)
    expect(next).toBe(`domainsync publish ${DOMAIN}`)
    const { live, ...half } = await world.outside()
    expect(half).toEqual({ successes: 1, failures: 1, transactions: 2, dns: undefined })

    const { code, json } = await publish(world.config.file)
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', root: live, incomplete: [] })
    expect(await world.outside()).toEqual({ ...half, live, dns: live })
  })
})

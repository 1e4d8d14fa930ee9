import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { errorCode } from '../../packages/core/dist/index.js'
import { type AccountRole, DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runPublish } from './run-publish.ts'

describe('an interrupted publish that somebody overtook', { timeout: 60_000 }, () => {
  let world: PublishWorld
  let first: string
  beforeEach(async () => {
    world = await openPublishWorld()
    first = (await publish({ 'index.html': 'first' })).root
  })
  afterEach(() => world?.[Symbol.asyncDispose]())

  async function publish(files: Record<string, string>) {
    const from = await world.writeSite(files)
    await using publisher = await openPublisher(world.config)
    return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!
  }

  async function resume() {
    await using publisher = await openPublisher(world.config)
    return await publisher.resume(DOMAIN)
  }

  async function interrupt(killAt: string) {
    const from = await world.writeSite({ 'index.html': 'interrupted' })
    expect(await runPublish(world, { from, killAt })).toMatchObject({ signal: 'SIGKILL' })
  }

  for (const killAt of ['sign:start', 'sign:done', 'sync:intent']) {
    it(`is refused when the domain changed after a kill at ${killAt}, and is not in the way of the next`, async () => {
      await interrupt(killAt)
      await world.send('owner', { method: 'keep', value: 1 })
      await expect(resume()).rejects.toMatchObject({
        code: 'STALE_SEQ',
        message: expect.stringMatching(/changed on chain after this publish was planned: Kept in block \d+/),
      })
      expect(await world.outside()).toMatchObject({ successes: 1, failures: 1, live: first, dns: first })

      const { root, release } = await publish({ 'index.html': 'interrupted' })
      expect(release).toBe(2)
      expect(await world.outside()).toEqual({ successes: 2, failures: 1, transactions: 3, live: root, dns: root })
    })
  }

  it('reverts once when another transaction came first, and is not in the way of the next', async () => {
    await world.chain.request('evm_setAutomine', [false])
    await interrupt('sync:effect')
    const kept = world.send('owner', { method: 'keep', value: 1, tipWei: 50n * 10n ** 9n })
    await waitForPending(world, ['publisher', 'owner'])
    await world.chain.request('evm_mine')
    await kept
    await world.chain.request('evm_setAutomine', [true])
    expect(await world.outside()).toEqual({ successes: 1, failures: 0, transactions: 2, live: first, dns: first })

    await expect(resume()).rejects.toMatchObject({
      code: 'OVERTAKEN',
      message: expect.stringMatching(/came too late: Kept in block \d+/),
      cause: { code: 'TX_REVERTED' },
    })
    const { root, release } = await publish({ 'index.html': 'next' })
    expect(release).toBe(2)
    // The one that reverted, the log of it, and the new one.
    expect(await world.outside()).toEqual({ successes: 2, failures: 1, transactions: 4, live: root, dns: root })
    expect(await resume()).toEqual([])
  })

  it('points DNS to the older release when it was rolled back before DNS was', async () => {
    await interrupt('swap:start')
    await world.send('healer', { method: 'rollback', value: 1 })
    expect(await resume()).toMatchObject([{ release: 2, superseded: true }])
    expect(await world.outside()).toMatchObject({ transactions: 2, live: first, dns: first })
  })

  it('leaves DNS alone when it was quarantined before, and lets other files be published', async () => {
    await interrupt('swap:start')
    await world.send('owner', { method: 'quarantine', value: 2 })
    expect(await resume().catch(errorCode)).toBe('LIVE_QUARANTINED')
    expect(await world.outside()).toMatchObject({ successes: 2, dns: first })
    await expect(publish({ 'index.html': 'interrupted' })).rejects.toMatchObject({ code: 'CONTENT_QUARANTINED' })

    const { root, release } = await publish({ 'index.html': 'mended' })
    expect(release).toBe(3)
    expect(await world.outside()).toMatchObject({ successes: 3, live: root, dns: root })
  })

  it('is finished before other files are published', async () => {
    await interrupt('replicate:intent')
    const from = await world.writeSite({ 'index.html': 'edited meanwhile' })
    await using publisher = await openPublisher(world.config)
    const plan = await publisher.plan(DOMAIN, { from })
    expect(plan).toMatchObject({ release: 3, live: 2, finished: [{ release: 2 }] })
    const { root } = await publisher.publish(plan)
    expect(await world.outside()).toEqual({ successes: 3, failures: 0, transactions: 3, live: root, dns: root })
  })
})

/** Each of these keys has a transaction that waits to be mined. */
async function waitForPending({ chain }: PublishWorld, roles: readonly AccountRole[]): Promise<void> {
  const deadline = Date.now() + 10_000
  const count = async (role: AccountRole, block: string) =>
    Number(await chain.request('eth_getTransactionCount', [DEVELOPMENT_ACCOUNTS[role].address, block]))
  for (;;) {
    const waits = await Promise.all(
      roles.map(async (role) => (await count(role, 'pending')) > (await count(role, 'latest'))),
    )
    if (waits.every(Boolean)) return
    if (Date.now() > deadline) throw new Error(`not every one of ${roles.join(', ')} has a transaction that waits`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

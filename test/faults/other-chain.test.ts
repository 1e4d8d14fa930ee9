import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'

let world: PublishWorld
beforeAll(async () => {
  world = await openPublishWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())

describe('a journal beside another chain', { timeout: 60_000 }, () => {
  it('does not finish a publish of another registry', async () => {
    const from = await world.writeSite({ 'index.html': 'interrupted' })
    const stop = new AbortController()
    {
      await using publisher = await openPublisher(world.config)
      const plan = await publisher.plan(DOMAIN, { from })
      const onProgress = ({ step, phase }: { step: string; phase: string }) => {
        if (step === 'car' && phase === 'done') stop.abort()
      }
      await expect(publisher.publish(plan, { onProgress, signal: stop.signal })).rejects.toThrow()
    }
    const before = await world.outside()
    const other = await world.configWith('other-registry', ({ network }) => {
      network.registry = `0x${'12'.repeat(20)}`
    })
    {
      await using publisher = await openPublisher(other)
      await expect(publisher.resume()).rejects.toMatchObject({ code: 'OTHER_NETWORK' })
    }
    expect(await world.outside()).toEqual(before)
    await using publisher = await openPublisher(world.config)
    expect(await publisher.resume()).toHaveLength(1)
  })

  it('does not look here for what was published to another registry', async () => {
    const other = await world.configWith('another-registry', ({ network }) => {
      network.registry = `0x${'34'.repeat(20)}`
    })
    await using publisher = await openPublisher(other)
    expect(await publisher.resume()).toEqual([])
  })
})

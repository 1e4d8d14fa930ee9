import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import { errorCode } from '../../packages/core/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runPublish } from './run-publish.ts'

describe('a release that readers would refuse', { timeout: 60_000 }, () => {
  let world: PublishWorld
  let first: string
  let from: string
  beforeEach(async () => {
    world = await openPublishWorld()
    from = await world.writeSite({ 'index.html': 'first' })
    first = await publish()
    from = await world.writeSite({ 'index.html': 'second' })
  })
  afterEach(() => world?.[Symbol.asyncDispose]())

  async function publish(): Promise<string> {
    await using publisher = await openPublisher(world.config)
    return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!.root
  }

  async function resume(): Promise<string | undefined> {
    await using publisher = await openPublisher(world.config)
    return await publisher.resume().then(() => undefined, errorCode)
  }

  const interrupt = (killAt: string) => runPublish(world, { from, killAt })

  /** Somebody, or a broken disk, changes what the journal has of the interrupted publish. */
  function editJournal(statement: string, ...values: string[]): void {
    using journal = new DatabaseSync(stateFolder(world.config).journal)
    expect(journal.prepare(statement).run(...values).changes).toBe(1)
  }

  it('is not sent anywhere when its signature is broken, and can be signed anew', async () => {
    await interrupt('sign:intent')
    const before = await world.outside()
    editJournal(
      `UPDATE step SET intent = (SELECT intent FROM step WHERE key = 'sign' AND state = 'done')
       WHERE key = 'sign' AND state = 'intent'`,
    )
    expect(await resume()).toMatch(/^(SIGNER_SIGNATURE_INVALID|FILES_MISMATCH)$/)
    expect(await world.outside()).toEqual({ ...before, failures: 1, transactions: before.transactions + 1 })

    const root = await publish()
    expect(await world.outside()).toMatchObject({ successes: 2, failures: 1, live: root, dns: root })
  })

  it('never gets a transaction, however far it came', async () => {
    await interrupt('sync:start')
    const before = await world.outside()
    editJournal(`UPDATE op SET root = ? WHERE state = 'running'`, first)
    expect(await resume()).toBe('SIGNER_SIGNATURE_INVALID')
    expect(await world.outside()).toEqual({ ...before, failures: 1, transactions: before.transactions + 1 })
  })
})

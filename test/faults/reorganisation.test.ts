import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LoadedConfig } from '../../packages/cli/dist/config/load-config.js'
import { openPublisher } from '../../packages/cli/dist/wiring/open-publisher.js'
import { stateFolder } from '../../packages/cli/dist/wiring/state-folder.js'
import { openSqliteStore, type Progress } from '../../packages/journal/dist/index.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

/** Genesis blocks carry the time they were made at, in seconds: two of one second are one chain. */
const A_SECOND_MS = 1_100

describe('a publish that the chain took back', { timeout: 120_000 }, () => {
  let world: PublishWorld
  let first: string
  let snapshot: unknown
  beforeEach(async () => {
    world = await openPublishWorld()
    first = (await publish('first')).root
    snapshot = await world.chain.request('evm_snapshot')
  })
  afterEach(() => world?.[Symbol.asyncDispose]())

  async function publish(text: string, config: LoadedConfig = world.config) {
    const from = await world.writeSite({ 'index.html': text })
    await using publisher = await openPublisher(config)
    return (await publisher.publish(await publisher.plan(DOMAIN, { from })))!
  }

  const goBack = () => world.chain.request('evm_revert', [snapshot])
  const domainsync = (...args: string[]) => runCli(args, { config: world.config.file })

  /** Every transaction that the journal has of the newest publish. */
  async function signedHashes(): Promise<string[]> {
    await using store = await openSqliteStore(stateFolder(world.config).journal)
    const [newest] = await store.operations.operations({ domain: DOMAIN, limit: 1 })
    return (await store.transactions.forStep(`${newest!.id}/sync`)).map(({ hash }) => hash)
  }

  for (const [what, args] of [
    ['publishing again', ['publish', DOMAIN]],
    ['resume', ['resume']],
  ] as const) {
    it(`is put back by ${what}: the same bytes, one transaction`, async () => {
      const { root, transaction } = await publish('dropped')
      const before = await world.outside()
      await goBack()
      expect(await world.outside()).toEqual({ ...before, successes: 1, transactions: 1, live: first, dns: root })

      const { code, json } = await domainsync(...args)
      const [result] = (json.results ?? [json]) as [{ root: string; transaction: { hash: string } }]
      expect({ code, root: result.root, hash: result.transaction.hash }).toEqual({
        code: 0,
        root,
        hash: transaction.hash,
      })
      expect(await world.outside()).toEqual(before)
      expect(await signedHashes()).toEqual([transaction.hash])
      expect((await domainsync('publish', DOMAIN)).json).toMatchObject({ outcome: 'unchanged', release: 2 })
    })
  }

  it('comes before other files, which are the release after it', async () => {
    const { root } = await publish('dropped')
    await goBack()
    await world.writeSite({ 'index.html': 'other' })
    const { code, json } = await domainsync('publish', DOMAIN)
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', release: 3 })
    expect(json.root).not.toBe(root)
    const after = { successes: 3, failures: 0, transactions: 3, live: json.root, dns: json.root }
    expect(await world.outside()).toEqual(after)
  })

  it('is given up when another publish took its place, and resume says which', async () => {
    await publish('dropped')
    await goBack()
    const other = await world.configWith('other-machine', (config) => {
      config.state = 'state-other'
      config.agent!.store = { kind: 'sqlite', path: 'state-other/domainsync.db' }
    })
    const { root, transaction } = await publish('from another machine', other)

    const { code, json } = await domainsync('resume')
    const { message, ...error } = json.error as { code: string; message: string }
    expect({ code, error }).toMatchObject({ code: 1, error: { code: 'OVERTAKEN' } })
    expect(message).toContain(`release 2 is another one, ${root} (transaction ${transaction.hash})`)
    const { failures, ...outside } = await world.outside()
    expect({ ...outside, failures }).toMatchObject({ successes: 2, failures: 1, live: root, dns: root })

    const next = await publish('next')
    expect(next.release).toBe(3)
    expect(await world.outside()).toMatchObject({ successes: 3, failures: 1, live: next.root, dns: next.root })
  })

  it('is a new release when something else changed the domain, and says what', async () => {
    await publish('dropped')
    await goBack()
    await world.send('owner', { method: 'keep', value: 1 })
    const { code, json, stderr } = await domainsync('publish', DOMAIN)
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'published', release: 2 })
    expect(stderr).toMatch(/An interrupted publish was given up: OVERTAKEN .*Kept in block \d+/)
    expect(await world.outside()).toMatchObject({ successes: 2, live: json.root, dns: json.root })
  })

  it('is sent again by the run that sees it vanish before DNS follows', async () => {
    const from = await world.writeSite({ 'index.html': 'vanishes at once' })
    const before = await world.outside()
    await using publisher = await openPublisher(world.config)
    const plan = await publisher.plan(DOMAIN, { from })
    let dropped: Promise<unknown> | undefined
    const onProgress = ({ step, phase }: Progress) => {
      if (step === 'sync' && phase === 'done') dropped ??= goBack()
    }
    const result = await publisher.publish(plan, { onProgress })
    await dropped
    expect(await signedHashes()).toEqual([result!.transaction.hash])
    const { root } = result!
    const after = { successes: before.successes + 1, transactions: before.transactions + 1, live: root, dns: root }
    expect(await world.outside()).toEqual({ ...before, ...after })
  })
})

describe('a journal beside a chain that was started anew', { timeout: 120_000 }, () => {
  it('is refused, and nothing is sent', async () => {
    await using old = await openPublishWorld()
    await setTimeout(A_SECOND_MS)
    await using fresh = await openPublishWorld()
    await old.writeSite({ 'index.html': 'old' })
    expect(await runCli(['publish', DOMAIN], { config: old.config.file })).toMatchObject({ code: 0 })
    const { file } = await fresh.configWith('old-state', (config) => {
      config.state = stateFolder(old.config).blocks.replace('/publisher/blocks', '')
      config.agent!.store = { kind: 'sqlite', path: stateFolder(old.config).journal }
    })
    await fresh.writeSite({ 'index.html': 'new' })
    const before = await fresh.outside()
    for (const args of [['publish', DOMAIN], ['publish', DOMAIN, '--dry-run'], ['resume']]) {
      const { code, json } = await runCli(args, { config: file })
      expect({ code, error: json.error }).toMatchObject({ code: 1, error: { code: 'CHAIN_CHANGED' } })
    }
    expect(await fresh.outside()).toEqual(before)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEVELOPMENT_ACCOUNTS } from '../../packages/cli/dist/demo/development-accounts.js'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../support/publish-world.ts'
import { runCli } from '../support/run-cli.ts'

interface Unsigned {
  readonly root: string
  readonly release: number
  readonly publisher: string
  readonly batch: { readonly transactions: readonly [{ readonly to: string; readonly data: string }] }
}

describe('publish --unsigned', { timeout: 60_000 }, () => {
  let world: PublishWorld
  /** Of a host without the publisher's key: a multisig wallet has that role. */
  let config: string
  beforeAll(async () => {
    world = await openPublishWorld()
    const keyless = await world.configWith('no-publisher-key', ({ keys }) => {
      delete keys!.publisher
    })
    config = keyless.file
    await world.writeSite({ 'index.html': 'for a multisig' })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const domainsync = (...args: readonly string[]) => runCli(args, { config })

  it('signs, replicates and proves, and moves no pointer', async () => {
    expect((await domainsync('publish', DOMAIN)).json).toMatchObject({ error: { code: 'CONFIG_INVALID' } })
    expect((await domainsync('publish', DOMAIN, '--unsigned', '--dry-run')).stderr).toContain('Would store and prove')
    const { code, json, stderr } = await domainsync('publish', DOMAIN, '--unsigned')
    const prepared = json as unknown as Unsigned
    expect({ code, ...json }).toMatchObject({
      code: 0,
      outcome: 'unsigned',
      release: 1,
      publisher: DEVELOPMENT_ACCOUNTS.publisher.address,
      batch: {
        meta: { name: `Publish release 1 of ${DOMAIN}` },
        transactions: [{ contractMethod: { name: 'sync' }, contractInputsValues: { expectedSeq: '0' } }],
      },
    })
    expect(stderr).toContain('3 copies proven. No pointer moved.')
    expect(await world.outside()).toMatchObject({ successes: 0, transactions: 0, live: undefined, dns: undefined })

    const again = (await domainsync('publish', DOMAIN, '--unsigned')).json as unknown as Unsigned
    expect(again.root).toBe(prepared.root)
    expect(again.batch.transactions).toEqual(prepared.batch.transactions)
  })

  it('is finished by whoever sends it: heal points DNS to it', async () => {
    const { json } = await domainsync('publish', DOMAIN, '--unsigned')
    const { root, batch } = json as unknown as Unsigned
    const [{ to, data }] = batch.transactions
    // The wallet's owners signed: the node knows the account.
    await world.chain.request('eth_sendTransaction', [{ from: DEVELOPMENT_ACCOUNTS.publisher.address, to, data }])
    expect(await world.outside()).toMatchObject({ successes: 1, live: root, dns: undefined })
    expect(await domainsync('publish', DOMAIN, '--unsigned')).toMatchObject({ code: 0, json: { outcome: 'unchanged' } })
    expect(await domainsync('heal', DOMAIN)).toMatchObject({ code: 0 })
    expect(await world.outside()).toMatchObject({ live: root, dns: root })
  })
})

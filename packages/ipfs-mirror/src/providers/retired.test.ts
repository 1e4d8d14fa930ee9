import { carBytes } from '@domainsync/sdk'
import { describe, expect, it, onTestFinished } from 'vitest'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { proveReplication } from '../proof/prove-replication.ts'
import { createRetiredReplica, RETIRED_PROVIDERS, type RetiredKind } from './retired.ts'
import { startVendor } from './vendor-server.test.support.ts'

const { root, blocks } = await siteBlocks({ 'index.html': 'still there' })

describe.each(Object.keys(RETIRED_PROVIDERS) as RetiredKind[])('%s, retired', (kind) => {
  async function start() {
    const vendor = await startVendor(() => undefined)
    onTestFinished(vendor.close)
    return { vendor, replica: createRetiredReplica({ name: kind, kind, gatewayUrl: vendor.url }) }
  }

  it('still gives what is there, and counts for nothing', async () => {
    const { vendor, replica } = await start()
    expect(await replica.status(root)).toBe('absent')
    for (const block of blocks) vendor.blocks.set(`${block.cid}`, block)
    expect(await replica.status(root)).toBe('pinned')
    expect(await proveReplication(root, [replica], { need: 1, trial: true })).toMatchObject({
      held: 0,
      replicas: [{ proof: { ok: true }, counts: false, reason: 'EVIDENCE_WEAK' }],
    })
  })

  it('refuses a write and names who takes it', async () => {
    const { replica } = await start()
    await expect(replica.upload(root, () => carBytes([root], each(blocks)))).rejects.toMatchObject({
      code: 'PROVIDER_RETIRED',
      retryable: false,
      message: expect.stringContaining('filebase'),
      next: `domainsync migrate ${kind}`,
    })
  })
})

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

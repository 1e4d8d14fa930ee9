import { carBytes } from '@domainsync/sdk'
import { expect, it, onTestFinished } from 'vitest'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { createFilebaseReplica } from './filebase.ts'
import { describeReplica } from './replica-conformance.test.support.ts'
import { startVendor, VENDOR_TOKEN, type VendorApi, vendorWorld } from './vendor-server.test.support.ts'
import { withRetries } from './with-retries.ts'

/** The part of Kubo's RPC API that Filebase offers, as its reference describes it. */
const filebaseApi: VendorApi = async (request, vendor) => {
  const { method, url } = request
  if (method !== 'POST') return { status: 405, json: { Message: 'use POST' } }
  const cid = url.searchParams.get('arg') ?? ''
  const ids = [...vendor.pins].filter(([, root]) => root === cid).map(([id]) => id)
  const notPinned = { status: 500, json: { Message: `path '${cid}' is not pinned`, Code: 0, Type: 'error' } }
  switch (url.pathname) {
    case '/api/v0/dag/import': {
      const { root } = await vendor.takeCar(request)
      return { json: { Root: { Cid: { '/': root }, PinErrorMsg: '' } } }
    }
    case '/api/v0/pin/ls':
      return ids.length > 0 ? { json: { Keys: { [cid]: { Type: 'recursive' } } } } : notPinned
    case '/api/v0/pin/rm':
      for (const id of ids) vendor.pins.delete(id)
      return ids.length > 0 ? { json: { Pins: [cid] } } : notPinned
  }
}

describeReplica('Filebase replica', async () => {
  const vendor = await startVendor(filebaseApi)
  const at = (url: string, token = VENDOR_TOKEN) =>
    createFilebaseReplica({
      ...{ name: 'filebase', url, token, failureDomain: 'filebase' },
      ...{ gatewayUrl: url, ownContentOnly: true },
    })
  return { replica: at(vendor.url), at, wrongToken: at(vendor.url, 'another'), ...vendorWorld(vendor) }
})

it('sends the whole CAR again after it was told to come back later', async () => {
  let refusals = 0
  const vendor = await startVendor((request, vendor) => {
    if (!request.url.pathname.endsWith('/dag/import') || refusals++ > 0) return filebaseApi(request, vendor)
    return { status: 429, json: { Message: 'too many requests' }, headers: { 'retry-after': '1' } }
  })
  onTestFinished(vendor.close)
  const driver = createFilebaseReplica({ name: 'filebase', url: vendor.url, token: VENDOR_TOKEN, failureDomain: 'x' })
  const { root, blocks } = await siteBlocks({ 'index.html': 'hi' })
  let streams = 0
  const car = () => {
    streams++
    return carBytes([root], each(blocks.toReversed()))
  }
  await withRetries(driver).upload(root, car)
  expect({ streams, refusals, status: await driver.status(root) }).toEqual({
    streams: 2,
    refusals: 2,
    status: 'pinned',
  })
})

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

import { createFourEverlandReplica } from './4everland.ts'
import { describeReplica } from './replica-conformance.test.support.ts'
import { startVendor, VENDOR_TOKEN, type VendorApi, vendorWorld } from './vendor-server.test.support.ts'

/** The Pinning Service API 1.0 of a slow service: a pin is queued, then pinning, then pinned. Lists hold pinned ones unless told. */
function pinningApi(): VendorApi {
  const looks = new Map<string, number>()
  const statusOf = (id: string) => ['queued', 'pinning'][looks.get(id) ?? 0] ?? 'pinned'
  return ({ method, url, body }, { pins }) => {
    const [, id] = /^\/pins\/(.+)$/.exec(url.pathname) ?? []
    if (method === 'DELETE' && id !== undefined) return pins.delete(id) ? { status: 202, json: {} } : undefined
    if (url.pathname !== '/pins') return undefined
    if (method === 'POST') {
      const { cid, origins } = JSON.parse(body.toString()) as { cid: string; origins: string[] }
      if (origins.length === 0)
        return { status: 400, json: { error: { reason: 'BAD_REQUEST', details: 'no origins' } } }
      const requestid = `request-${pins.size}-${cid.slice(-6)}`
      pins.set(requestid, cid)
      return { status: 202, json: { requestid, status: 'queued', pin: { cid, origins } } }
    }
    const wanted = (url.searchParams.get('status') ?? 'pinned').split(',')
    const results = [...pins]
      .filter(([id, cid]) => cid === url.searchParams.get('cid') && wanted.includes(statusOf(id)))
      .map(([requestid, cid]) => ({ requestid, status: statusOf(requestid), pin: { cid } }))
    for (const { requestid } of results) looks.set(requestid, (looks.get(requestid) ?? 0) + 1)
    return { json: { count: results.length, results } }
  }
}

describeReplica(
  '4EVERLAND replica',
  async () => {
    const vendor = await startVendor(pinningApi())
    const at = (url: string, token = VENDOR_TOKEN) =>
      createFourEverlandReplica({
        ...{ name: '4everland', url, token, failureDomain: '4everland' },
        ...{ gatewayUrl: url, ownContentOnly: true },
      })
    return {
      replica: at(vendor.url),
      at,
      wrongToken: at(vendor.url, 'another'),
      async origins(_root, blocks) {
        for (const block of blocks) vendor.blocks.set(`${block.cid}`, block)
        return ['/ip4/192.0.2.1/tcp/4001/p2p/12D3KooWQi3ysHZ9oiLqvR2FShLkYMVqbNG3YnAGqtGDcd3bkfr6']
      },
      ...vendorWorld(vendor),
    }
  },
  { pulls: true },
)

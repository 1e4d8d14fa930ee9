import { createPinataReplica } from './pinata.ts'
import { describeReplica } from './replica-conformance.test.support.ts'
import { startVendor, VENDOR_TOKEN, type VendorApi, vendorWorld } from './vendor-server.test.support.ts'

/** Pinata's v3 API as its reference describes it: upload, list by CID, delete. */
const pinataApi: VendorApi = async (request, vendor) => {
  const { method, url } = request
  if (method === 'POST' && url.pathname === '/v3/files') {
    const { id, root, fields } = await vendor.takeCar(request)
    if (fields.car !== 'true' || fields.network !== 'public') throw new Error('kept as a private file named .car')
    return { json: { data: { id, cid: root, name: fields.name, size: 1, number_of_files: 1, is_duplicate: false } } }
  }
  if (method === 'GET' && url.pathname === '/v3/files/public') {
    const files = [...vendor.pins]
      .filter(([, cid]) => cid === url.searchParams.get('cid'))
      .map(([id, cid]) => ({ id, cid }))
    return { json: { data: { files, next_page_token: '' } } }
  }
  const [, id] = /^\/v3\/files\/public\/(.+)$/.exec(url.pathname) ?? []
  if (method === 'DELETE' && id !== undefined) return vendor.pins.delete(id) ? { json: { data: null } } : undefined
}

describeReplica('Pinata replica', async () => {
  const vendor = await startVendor(pinataApi)
  const at = (url: string, token = VENDOR_TOKEN) =>
    createPinataReplica({
      ...{ name: 'pinata', url, uploadUrl: url, token, failureDomain: 'pinata' },
      ...{ gatewayUrl: url, ownContentOnly: true },
    })
  return { replica: at(vendor.url), at, wrongToken: at(vendor.url, 'another'), ...vendorWorld(vendor) }
})

import { createLighthouseReplica } from './lighthouse.ts'
import { describeReplica } from './replica-conformance.test.support.ts'
import { startVendor, VENDOR_TOKEN, type VendorApi, vendorWorld } from './vendor-server.test.support.ts'

/** Small pages, so that a list has several. */
const PAGE = 2

/** Lighthouse's API as its SDK speaks it: `dag/import`, the account's list by pages, deletion by id. */
const lighthouseApi: VendorApi = async (request, vendor) => {
  const { method, url } = request
  if (method === 'POST' && url.pathname === '/api/v0/dag/import') {
    const { root } = await vendor.takeCar(request)
    for (let i = 0; i < PAGE; i++)
      vendor.pins.set(`later-${vendor.pins.size}`, 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku')
    return { json: { Name: `${root}.car`, Hash: root, Size: `${request.body.length}` } }
  }
  if (method === 'GET' && url.pathname === '/api/user/files_uploaded') {
    const all = [...vendor.pins].map(([id, cid]) => ({ id, cid, fileName: `${cid}.car` })).reverse()
    const start = all.findIndex(({ id }) => id === url.searchParams.get('lastKey')) + 1
    return { json: { fileList: all.slice(start, start + PAGE), totalFiles: all.length } }
  }
  if (method === 'DELETE' && url.pathname === '/api/user/delete_file') {
    return vendor.pins.delete(url.searchParams.get('id') ?? '') ? { json: { message: 'deleted' } } : undefined
  }
}

describeReplica('Lighthouse replica', async () => {
  const vendor = await startVendor(lighthouseApi)
  const at = (url: string, token = VENDOR_TOKEN) =>
    createLighthouseReplica({
      ...{ name: 'lighthouse', url, uploadUrl: url, token, failureDomain: 'lighthouse' },
      ...{ gatewayUrl: url, ownContentOnly: true },
    })
  return { replica: at(vendor.url), at, wrongToken: at(vendor.url, 'another'), ...vendorWorld(vendor) }
})

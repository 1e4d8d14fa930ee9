import type { BlockSource } from '@domainsync/core'
import { readBlockBody } from './gateway-source.ts'
import type { ProviderHttp } from './provider-http.ts'

/** Blocks of a Kubo's own disk, over its RPC API: offline, so no answer comes from strangers. */
export function createKuboSource(name: string, http: ProviderHttp): BlockSource {
  return {
    name,
    get: (cid, call = {}) =>
      http.find(
        {
          method: 'POST',
          path: `/api/v0/block/get?arg=${cid}&offline=true`,
          call,
          absent: (status, message) => status === 500 && /could not find|not found/.test(message),
        },
        (response) => readBlockBody(response, name),
      ),
    car: (root, call = {}) =>
      http.stream({ method: 'POST', path: `/api/v0/dag/export?arg=${root}&offline=true&progress=false`, call }),
  }
}

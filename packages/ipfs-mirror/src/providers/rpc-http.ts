import { createProviderHttp, type ProviderHttp, type ProviderPlace } from './provider-http.ts'

/** Kubo's RPC API, or what speaks like it; people write its URL with and without `/api/v0`. */
export function createRpcHttp({ url, ...place }: ProviderPlace): ProviderHttp {
  return createProviderHttp({ ...place, url: url.replace(/\/api\/v0\/*$/, '') })
}

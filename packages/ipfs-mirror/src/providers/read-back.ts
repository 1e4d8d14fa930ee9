import type { BlockSource, Evidence } from '@domainsync/core'
import type { Credentials } from './credentials.ts'
import { createGatewaySource } from './gateway-source.ts'
import { createKuboSource } from './kubo-source.ts'
import { noSource } from './no-source.ts'
import { createProviderHttp } from './provider-http.ts'
import { createRpcHttp } from './rpc-http.ts'

/** Where a provider's copies are read back, and so what reading them proves. */
export interface ReadBack {
  /** RPC API of its Kubo, read offline: `stored`. */
  readonly rpcUrl?: string | undefined
  /** A trustless gateway over what it holds: `served`, because it may fetch from elsewhere. */
  readonly gatewayUrl?: string | undefined
  /** The gateway serves this account's content and nothing else: `stored`. */
  readonly ownContentOnly?: boolean | undefined
  /** What the gateway asks for. */
  readonly gatewayCredentials?: Credentials | undefined
}

/** Without either, a copy is only `claimed`. */
export function createReadBack(
  name: string,
  { rpcUrl, gatewayUrl, ownContentOnly = false, gatewayCredentials }: ReadBack,
): { source: BlockSource; evidence: Evidence } {
  if (rpcUrl !== undefined) {
    return { source: createKuboSource(name, createRpcHttp({ name, url: rpcUrl })), evidence: 'stored' }
  }
  if (gatewayUrl === undefined) return { source: noSource(name), evidence: 'claimed' }
  const http = createProviderHttp({ name, url: gatewayUrl, credentials: gatewayCredentials })
  return { source: createGatewaySource(name, http), evidence: ownContentOnly ? 'stored' : 'served' }
}

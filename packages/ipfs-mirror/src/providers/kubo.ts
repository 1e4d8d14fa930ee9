import type { Replica } from '@domainsync/core'
import { createKuboSource } from './kubo-source.ts'
import { createRpcHttp } from './rpc-http.ts'
import { createRpcPins } from './rpc-pins.ts'

export interface KuboReplicaOptions {
  readonly name: string
  /** The RPC API: `http://127.0.0.1:5001`. */
  readonly rpcUrl: string
  /** Bearer token, where the RPC API wants one (`API.Authorizations`). */
  readonly token?: string | undefined
  readonly failureDomain: string
  /** Where pulling services can fetch from it: multiaddresses that end in a peer id. */
  readonly origins?: readonly string[] | undefined
}

/** A Kubo node over its RPC API. Every read is offline: evidence `stored`. */
export function createKuboReplica(options: KuboReplicaOptions): Replica & Required<Pick<Replica, 'upload' | 'remove'>> {
  const { name, rpcUrl, token, failureDomain, origins = [] } = options
  const http = createRpcHttp({ name, url: rpcUrl, credentials: token ? { token } : undefined })
  const source = createKuboSource(name, http)
  return { name, failureDomain, evidence: 'stored', isOwn: true, origins, source, ...createRpcPins(name, http) }
}

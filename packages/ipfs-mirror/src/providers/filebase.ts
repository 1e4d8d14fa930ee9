import type { Replica } from '@domainsync/core'
import { createReadBack, type ReadBack } from './read-back.ts'
import { createRpcHttp } from './rpc-http.ts'
import { createRpcPins } from './rpc-pins.ts'

/** Filebase's IPFS RPC API. */
export const FILEBASE_URL = 'https://rpc.filebase.io'

export interface FilebaseReplicaOptions extends Omit<ReadBack, 'rpcUrl'> {
  readonly name: string
  /** Default {@link FILEBASE_URL}. */
  readonly url?: string | undefined
  /** The RPC token of one bucket. */
  readonly token: string
  readonly failureDomain: string
}

/** A bucket of Filebase: `dag/import` and the pins of Kubo's RPC API, behind a bearer token. */
export function createFilebaseReplica(
  options: FilebaseReplicaOptions,
): Replica & Required<Pick<Replica, 'upload' | 'remove'>> {
  const { name, url = FILEBASE_URL, token, failureDomain } = options
  const http = createRpcHttp({ name, url, credentials: { token } })
  return { name, failureDomain, ...createReadBack(name, options), ...createRpcPins(name, http) }
}

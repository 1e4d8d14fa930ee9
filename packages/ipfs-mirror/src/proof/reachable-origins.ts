import { once } from 'node:events'
import { connect } from 'node:net'
import type { CallOptions, Replica } from '@domainsync/core'
import { callSignal } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { proveRetrieval } from './prove-retrieval.ts'

/** Time for one connection, in milliseconds. */
const DIAL_TIMEOUT_MS = 5_000

/**
 * Where a service that pulls can fetch a release from: the origins of those replicas that gave a sample of it back, as far as they
 * take a TCP connection from here.
 */
export async function reachableOrigins(
  root: CID,
  replicas: readonly Replica[],
  { signal }: Pick<CallOptions, 'signal'> = {},
): Promise<string[]> {
  const offered = replicas.filter(({ origins }) => origins !== undefined && origins.length > 0)
  const found = await Promise.all(
    offered.map(async (replica) => {
      const { ok } = await proveRetrieval(root, replica, { mode: 'sample', signal })
      if (!ok) return []
      const dialled = await Promise.all((replica.origins ?? []).map((origin) => takesConnections(origin, signal)))
      return (replica.origins ?? []).filter((_, index) => dialled[index])
    }),
  )
  return found.flat()
}

async function takesConnections(origin: string, signal: AbortSignal | undefined): Promise<boolean> {
  const place = tcpPlace(origin)
  if (!place) return false
  const socket = connect(place)
  try {
    await once(socket, 'connect', { signal: callSignal({ signal }, DIAL_TIMEOUT_MS) })
    return true
  } catch {
    signal?.throwIfAborted()
    return false
  } finally {
    socket.destroy()
  }
}

/** `/ip4/192.0.2.1/tcp/4001/p2p/12D3…`, also with `ip6` or `dns4`; `undefined` for other transports. */
function tcpPlace(origin: string): { host: string; port: number } | undefined {
  const [, host, port] = /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d+)\/(?:.*\/)?p2p\/[^/]+$/.exec(origin) ?? []
  return host !== undefined && port !== undefined ? { host, port: Number(port) } : undefined
}

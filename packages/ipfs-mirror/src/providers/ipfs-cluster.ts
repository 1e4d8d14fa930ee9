import type { CallOptions, Replica, ReplicaStatus } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { z } from 'zod'
import { awaitPinned } from './await-pinned.ts'
import { carForm } from './car-form.ts'
import { CID_TEXT } from './cid-text.ts'
import type { Credentials } from './credentials.ts'
import { CAR_TIMEOUT_MS, createProviderHttp } from './provider-http.ts'
import { readJson, readText } from './read-answer.ts'
import { createReadBack, type ReadBack } from './read-back.ts'
import { ReplicaError } from './replica-error.ts'
import { isSameCid } from './same-cid.ts'

export interface IpfsClusterReplicaOptions extends ReadBack {
  readonly name: string
  /** The REST API of any peer: `http://127.0.0.1:9094`. */
  readonly url: string
  /** Basic authentication of the REST API. */
  readonly credentials?: Credentials | undefined
  readonly failureDomain: string
  /** Where pulling services can fetch from it: multiaddresses that end in a peer id. */
  readonly origins?: readonly string[] | undefined
}

const ADDED = z.array(z.object({ cid: CID_TEXT })).nullable()
const PIN_INFO = z.object({ peer_map: z.record(z.string(), z.object({ status: z.string() })).nullable() })

/** A cluster of Kubo nodes over the REST API of IPFS Cluster. Its peers count as one replica. */
export function createIpfsClusterReplica(
  options: IpfsClusterReplicaOptions,
): Replica & Required<Pick<Replica, 'upload' | 'remove'>> {
  const { name, url, credentials, failureDomain, origins = [] } = options
  const from = { name, vendor: 'IPFS Cluster' }
  const http = createProviderHttp({ name, url, credentials })

  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    const answer = await http.ask({ path: `/pins/${root}`, call }, readJson(PIN_INFO, from))
    return statusOf(Object.values(answer.peer_map ?? {}))
  }

  async function upload(root: CID, car: () => AsyncIterable<Uint8Array>, call: CallOptions = {}): Promise<void> {
    // A wrong password is told before gigabytes are sent.
    await status(root, call)
    const body = carForm(car(), { fileName: `${root}.car` })
    // Pinned in a second step: the cluster pins whatever root the CAR names.
    const path = '/add?format=car&stream-channels=false&no-pin=true'
    const added = await http.ask({ method: 'POST', path, body, call, timeoutMs: CAR_TIMEOUT_MS }, readJson(ADDED, from))
    const got = added?.map(({ cid }) => cid) ?? []
    if (!got.some((text) => isSameCid(text, root))) {
      throw new ReplicaError('ROOT_MISMATCH', `${name} took ${got[0] ?? 'no root'} where ${root} was sent.`, {
        retryable: false,
      })
    }
    await http.ask({ method: 'POST', path: `/pins/${root}`, call }, readText)
    try {
      await awaitPinned(root, { name, status, ...call })
    } catch (error) {
      // What it could not pin it would try again for ever.
      if (error instanceof ReplicaError && error.code === 'PIN_FAILED') await remove(root, call)
      throw error
    }
  }

  async function remove(root: CID, call: CallOptions = {}): Promise<void> {
    await http.find({ method: 'DELETE', path: `/pins/${root}`, call, absent: (code) => code === 404 }, readText)
  }

  return { name, failureDomain, isOwn: true, origins, ...createReadBack(name, options), status, upload, remove }
}

/** What the peers together say. One that is down does not undo what the others hold; `remote` ones are not asked to hold it. */
function statusOf(peers: readonly { readonly status: string }[]): ReplicaStatus {
  const is = (...states: string[]) => peers.some(({ status }) => states.includes(status))
  if (is('pinning', 'pin_queued')) return 'pending'
  if (is('pin_error', 'unexpectedly_unpinned')) return 'failed'
  return is('pinned') ? 'pinned' : 'absent'
}

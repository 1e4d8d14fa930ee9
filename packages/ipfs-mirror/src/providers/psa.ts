import type { CallOptions, Replica, ReplicaStatus } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { z } from 'zod'
import { awaitPinned } from './await-pinned.ts'
import { CID_TEXT } from './cid-text.ts'
import type { Credentials } from './credentials.ts'
import { createProviderHttp } from './provider-http.ts'
import { readJson, readText } from './read-answer.ts'
import { createReadBack, type ReadBack } from './read-back.ts'
import { ReplicaError } from './replica-error.ts'
import { isSameCid } from './same-cid.ts'

export interface PsaReplicaOptions extends ReadBack {
  readonly name: string
  /** What `/pins` stands behind: `https://api.example.com/psa`. */
  readonly url: string
  readonly credentials: Credentials
  readonly failureDomain: string
}

const PIN_STATUS = z.object({
  requestid: z.string(),
  status: z.string(),
  pin: z.object({ cid: CID_TEXT }).optional(),
})
const PIN_LIST = z.object({ results: z.array(PIN_STATUS).nullable() })

type PinStatus = z.infer<typeof PIN_STATUS>

/** All that there are; a query without them lists pinned ones alone. */
const STATUSES = 'queued,pinning,pinned,failed'

/**
 * Any service that speaks the IPFS Pinning Service API 1.0. It takes no uploads: it fetches the release itself, from a node that
 * holds it and can be dialled.
 */
export function createPsaReplica(options: PsaReplicaOptions): Replica & Required<Pick<Replica, 'pull' | 'remove'>> {
  const { name, url, credentials, failureDomain } = options
  const from = { name, vendor: 'a pinning service' }
  const http = createProviderHttp({ name, url, credentials })

  async function requests(root: CID, call: CallOptions): Promise<PinStatus[]> {
    const path = `/pins?cid=${root}&status=${STATUSES}&limit=1000`
    const { results } = await http.ask({ path, call }, readJson(PIN_LIST, from))
    // Some answer with more than they were asked for.
    return (results ?? []).filter(({ pin }) => pin !== undefined && isSameCid(pin.cid, root))
  }

  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    return statusOf((await requests(root, call)).map((request) => request.status))
  }

  async function pull(root: CID, origins: readonly string[], call: CallOptions = {}): Promise<void> {
    if (origins.length === 0) {
      throw new ReplicaError(
        'PIN_NO_SOURCE',
        `${name} fetches releases itself, and no node that holds ${root} can be dialled; set origins of one of your nodes.`,
      )
    }
    const earlier = await requests(root, call)
    if (statusOf(earlier.map((request) => request.status)) === 'pinned') return
    // One that waits or failed knows older origins.
    for (const { requestid } of earlier) await cancel(requestid, call)
    const request = { cid: `${root}`, name: `${root}`, origins }
    const made = await http.ask(
      { method: 'POST', path: '/pins', body: { json: request }, call },
      readJson(PIN_STATUS, from),
    )
    if (!made.pin || !isSameCid(made.pin.cid, root)) {
      await cancel(made.requestid, call)
      throw new ReplicaError(
        'ROOT_MISMATCH',
        `${name} pins ${made.pin?.cid ?? 'no root'} where ${root} was asked for.`,
        {
          retryable: false,
        },
      )
    }
    await awaitPinned(root, { name, status, ...call })
  }

  async function remove(root: CID, call: CallOptions = {}): Promise<void> {
    for (const { requestid } of await requests(root, call)) await cancel(requestid, call)
  }

  async function cancel(requestid: string, call: CallOptions): Promise<void> {
    const path = `/pins/${encodeURIComponent(requestid)}`
    await http.find({ method: 'DELETE', path, call, absent: (code) => code === 404 }, readText)
  }

  return { name, failureDomain, ...createReadBack(name, options), status, pull, remove }
}

/** Several requests for one root: the best one counts. */
function statusOf(statuses: readonly string[]): ReplicaStatus {
  if (statuses.includes('pinned')) return 'pinned'
  if (statuses.includes('queued') || statuses.includes('pinning')) return 'pending'
  return statuses.length > 0 ? 'failed' : 'absent'
}

import type { CallOptions, Replica, ReplicaStatus } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { z } from 'zod'
import { importDag } from './dag-import.ts'
import type { ProviderHttp } from './provider-http.ts'
import { readJson, readText } from './read-answer.ts'
import { isSameCid } from './same-cid.ts'

/** What Kubo's RPC API offers of the port; others speak the same calls under their own URL. */
export type RpcPins = Required<Pick<Replica, 'status' | 'upload' | 'remove'>>

/** Kubo leaves out an empty list. */
const PIN_LS = z.object({ Keys: z.record(z.string(), z.unknown()).nullish() })

/** `pin/ls`, `dag/import` and `pin/rm`. */
export function createRpcPins(name: string, http: ProviderHttp): RpcPins {
  const absent = (_status: number, message: string) => /not pinned/.test(message)

  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    const path = `/api/v0/pin/ls?arg=${root}&type=recursive&offline=true`
    const pins = await http.find({ method: 'POST', path, call, absent }, readJson(PIN_LS, { name, vendor: 'Kubo' }))
    return Object.keys(pins?.Keys ?? {}).some((key) => isSameCid(key, root)) ? 'pinned' : 'absent'
  }

  async function upload(root: CID, car: () => AsyncIterable<Uint8Array>, call: CallOptions = {}): Promise<void> {
    // A wrong token is told before gigabytes are sent.
    await status(root, call)
    await importDag(root, { name, http, car, ...call })
  }

  async function remove(root: CID, call: CallOptions = {}): Promise<void> {
    const path = `/api/v0/pin/rm?arg=${root}&recursive=true`
    await http.find({ method: 'POST', path, call, absent }, readText)
  }

  return { status, upload, remove }
}

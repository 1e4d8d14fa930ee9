import type { CallOptions, Replica, ReplicaStatus } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { carForm } from './car-form.ts'
import { CAR_TIMEOUT_MS, type ProviderHttp } from './provider-http.ts'
import { ReplicaError } from './replica-error.ts'
import { isSameCid } from './same-cid.ts'

/** What Kubo's RPC API offers of the port; others speak the same calls under their own URL. */
export type RpcPins = Required<Pick<Replica, 'status' | 'upload' | 'remove'>>

/** `pin/ls`, `dag/import` and `pin/rm`. */
export function createRpcPins(name: string, http: ProviderHttp): RpcPins {
  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    const keys = await http.find(
      {
        method: 'POST',
        path: `/api/v0/pin/ls?arg=${root}&type=recursive&offline=true`,
        call,
        absent: (_, message) => /not pinned/.test(message),
      },
      async (response) => ((await response.json()) as { Keys?: Record<string, unknown> }).Keys ?? {},
    )
    return Object.keys(keys ?? {}).some((key) => isSameCid(key, root)) ? 'pinned' : 'absent'
  }

  async function upload(root: CID, car: () => AsyncIterable<Uint8Array>, call: CallOptions = {}): Promise<void> {
    // A wrong token is told before gigabytes are sent.
    await status(root, call)
    const body = carForm(car(), { fileName: `${root}.car` })
    const path = '/api/v0/dag/import?pin-roots=true'
    const lines = await http.ask({ method: 'POST', path, body, call, timeoutMs: CAR_TIMEOUT_MS }, async (response) =>
      response.text(),
    )
    const roots = importedRoots(lines)
    // An error after the first bytes stands in a trailer that `fetch` does not show: an import that broke off looks finished,
    // but names no root.
    const pinned = roots.find(({ cid }) => isSameCid(cid, root))
    if (!pinned) {
      throw new ReplicaError(
        'ROOT_MISMATCH',
        `${name} imported ${roots[0]?.cid ?? 'no root'} where ${root} was sent.`,
        {
          retryable: false,
        },
      )
    }
    if (pinned.problem) throw new ReplicaError('PIN_FAILED', `${name} could not pin ${root}: ${pinned.problem}`)
  }

  async function remove(root: CID, call: CallOptions = {}): Promise<void> {
    await http.find(
      {
        method: 'POST',
        path: `/api/v0/pin/rm?arg=${root}&recursive=true`,
        call,
        absent: (_, text) => /not pinned/.test(text),
      },
      (response) => response.text(),
    )
  }

  return { status, upload, remove }
}

/** The roots that the lines of an import name, each with what hindered its pin. */
function importedRoots(lines: string): { cid: string; problem: string | undefined }[] {
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const { Root } = JSON.parse(line) as { Root?: { Cid?: { '/'?: string }; PinErrorMsg?: string } }
      const cid = Root?.Cid?.['/']
      return cid === undefined ? [] : [{ cid, problem: Root?.PinErrorMsg }]
    })
}

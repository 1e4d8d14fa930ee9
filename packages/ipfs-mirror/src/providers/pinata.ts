import type { CallOptions, Replica, ReplicaStatus } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { z } from 'zod'
import { awaitPinned } from './await-pinned.ts'
import { carForm } from './car-form.ts'
import { CID_TEXT } from './cid-text.ts'
import { CAR_TIMEOUT_MS, createProviderHttp } from './provider-http.ts'
import { readJson, readText } from './read-answer.ts'
import { createReadBack, type ReadBack } from './read-back.ts'
import { ReplicaError } from './replica-error.ts'
import { isSameCid } from './same-cid.ts'

/** Pinata's API. */
export const PINATA_URL = 'https://api.pinata.cloud'
/** Where Pinata takes files. */
export const PINATA_UPLOAD_URL = 'https://uploads.pinata.cloud'

export interface PinataReplicaOptions extends Omit<ReadBack, 'rpcUrl' | 'gatewayCredentials'> {
  readonly name: string
  /** Default {@link PINATA_URL}. */
  readonly url?: string | undefined
  /** Default {@link PINATA_UPLOAD_URL}. */
  readonly uploadUrl?: string | undefined
  /** The JWT of an API key with the rights to write and list files. */
  readonly token: string
  /** The key that a restricted gateway asks for. */
  readonly gatewayToken?: string | undefined
  readonly failureDomain: string
}

const FILE = z.object({ id: z.string(), cid: CID_TEXT })
const FILES = z.object({ data: z.object({ files: z.array(FILE).nullable() }) })
const UPLOADED = z.object({ data: FILE })

type PinataFile = z.infer<typeof FILE>

/** Public files of a Pinata account, sent as CARs over its v3 API. */
export function createPinataReplica(
  options: PinataReplicaOptions,
): Replica & Required<Pick<Replica, 'upload' | 'remove'>> {
  const { name, url = PINATA_URL, uploadUrl = PINATA_UPLOAD_URL, token, gatewayToken, failureDomain } = options
  const api = createProviderHttp({ name, url, credentials: { token } })
  const uploads = createProviderHttp({ name, url: uploadUrl, credentials: { token } })
  const from = { name, vendor: 'Pinata' }
  const gatewayCredentials = gatewayToken ? { token: gatewayToken, header: 'x-pinata-gateway-token' } : undefined

  async function files(root: CID, call: CallOptions): Promise<PinataFile[]> {
    const path = `/v3/files/public?cid=${root}`
    const { data } = await api.ask({ path, call }, readJson(FILES, from))
    return (data.files ?? []).filter(({ cid }) => isSameCid(cid, root))
  }

  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    return (await files(root, call)).length > 0 ? 'pinned' : 'absent'
  }

  async function upload(root: CID, car: () => AsyncIterable<Uint8Array>, call: CallOptions = {}): Promise<void> {
    // A wrong token is told before gigabytes are sent.
    await status(root, call)
    const fields = { network: 'public', name: `${root}`, car: 'true' }
    const body = carForm(car(), { fileName: `${root}.car`, fields })
    const { data } = await uploads.ask(
      { method: 'POST', path: '/v3/files', body, call, timeoutMs: CAR_TIMEOUT_MS },
      readJson(UPLOADED, from),
    )
    if (!isSameCid(data.cid, root)) {
      await drop(data, call)
      throw new ReplicaError('ROOT_MISMATCH', `${name} stored ${data.cid} where ${root} was sent.`, {
        retryable: false,
      })
    }
    // The list follows the upload after a while.
    await awaitPinned(root, { name, status, ...call })
  }

  async function remove(root: CID, call: CallOptions = {}): Promise<void> {
    for (const file of await files(root, call)) await drop(file, call)
  }

  async function drop({ id }: PinataFile, call: CallOptions): Promise<void> {
    const path = `/v3/files/public/${encodeURIComponent(id)}`
    await api.find({ method: 'DELETE', path, call, absent: (code) => code === 404 }, readText)
  }

  return { name, failureDomain, ...createReadBack(name, { ...options, gatewayCredentials }), status, upload, remove }
}

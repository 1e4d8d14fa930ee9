import type { CallOptions, Replica, ReplicaStatus } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { z } from 'zod'
import { awaitPinned } from './await-pinned.ts'
import { CID_TEXT } from './cid-text.ts'
import { importDag } from './dag-import.ts'
import { createProviderHttp } from './provider-http.ts'
import { readJson, readText } from './read-answer.ts'
import { createReadBack, type ReadBack } from './read-back.ts'
import { isSameCid } from './same-cid.ts'

/** Lighthouse's API. */
export const LIGHTHOUSE_URL = 'https://api.lighthouse.storage'
/** Where Lighthouse takes files. */
export const LIGHTHOUSE_UPLOAD_URL = 'https://upload.lighthouse.storage'

/** Pages of the account's list that are looked through for one root. */
const MAX_PAGES = 200

export interface LighthouseReplicaOptions extends Omit<ReadBack, 'rpcUrl'> {
  readonly name: string
  /** Default {@link LIGHTHOUSE_URL}. */
  readonly url?: string | undefined
  /** Default {@link LIGHTHOUSE_UPLOAD_URL}. */
  readonly uploadUrl?: string | undefined
  /** An API key. */
  readonly token: string
  readonly failureDomain: string
}

const FILE = z.object({ id: z.string(), cid: CID_TEXT })
const FILES = z.object({ fileList: z.array(FILE).nullable() })

type LighthouseFile = z.infer<typeof FILE>

/** Files of a Lighthouse account: `dag/import` to send a CAR, its own API to list and delete. */
export function createLighthouseReplica(
  options: LighthouseReplicaOptions,
): Replica & Required<Pick<Replica, 'upload' | 'remove'>> {
  const { name, url = LIGHTHOUSE_URL, uploadUrl = LIGHTHOUSE_UPLOAD_URL, token, failureDomain } = options
  const api = createProviderHttp({ name, url, credentials: { token } })
  const uploads = createProviderHttp({ name, url: uploadUrl, credentials: { token } })

  /** Lists cannot be asked for one CID: they are read page by page, the newest first. */
  async function* files(root: CID, call: CallOptions): AsyncGenerator<LighthouseFile> {
    let lastKey = 'null'
    for (let page = 0; page < MAX_PAGES; page++) {
      const path = `/api/user/files_uploaded?lastKey=${encodeURIComponent(lastKey)}&fileType=all`
      const { fileList } = await api.ask({ path, call }, readJson(FILES, { name, vendor: 'Lighthouse' }))
      const last = fileList?.at(-1)
      if (!fileList || last === undefined || last.id === lastKey) return
      yield* fileList.filter(({ cid }) => isSameCid(cid, root))
      lastKey = last.id
    }
  }

  async function status(root: CID, call: CallOptions = {}): Promise<ReplicaStatus> {
    for await (const _ of files(root, call)) return 'pinned'
    return 'absent'
  }

  async function upload(root: CID, car: () => AsyncIterable<Uint8Array>, call: CallOptions = {}): Promise<void> {
    // A wrong key is told before gigabytes are sent.
    await status(root, call)
    await importDag(root, { name, http: uploads, car, ...call })
    // The list follows the upload after a while.
    await awaitPinned(root, { name, status, ...call })
  }

  async function remove(root: CID, call: CallOptions = {}): Promise<void> {
    const found: LighthouseFile[] = []
    for await (const file of files(root, call)) found.push(file)
    for (const { id } of found) {
      const path = `/api/user/delete_file?id=${encodeURIComponent(id)}`
      await api.find({ method: 'DELETE', path, call, absent: (code) => code === 404 }, readText)
    }
  }

  return { name, failureDomain, ...createReadBack(name, options), status, upload, remove }
}

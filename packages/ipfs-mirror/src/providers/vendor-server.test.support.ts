import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CarReader } from '@ipld/car'
import { CID } from 'multiformats/cid'
import { readCar } from '../car/read-car.ts'
import { writeCar } from '../car/write-car.ts'
import type { Block } from '../store/block-store.ts'

export const VENDOR_TOKEN = 'the-secret-token-of-this-test'

/** What a vendor keeps for its one customer. */
export interface Vendor {
  /** Its disk, by CID. */
  readonly blocks: Map<string, Block>
  /** Roots that it says it keeps, by its own id of them, the newest last. */
  readonly pins: Map<string, string>
  /** Takes the CAR of a form: every block verified, the DAG complete. Rejects otherwise, and keeps nothing. */
  takeCar(request: VendorRequest): Promise<{ id: string; root: string; fields: Record<string, string> }>
}

export interface VendorRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export type VendorAnswer =
  | { readonly status?: number; readonly json: unknown; readonly headers?: Record<string, string> }
  | undefined

const NOT_FOUND: NonNullable<VendorAnswer> = { status: 404, json: { error: 'not found' } }

/** A vendor's API on a socket; `undefined` is 404. */
export type VendorApi = (request: VendorRequest, vendor: Vendor) => Promise<VendorAnswer> | VendorAnswer

export interface RunningVendor extends Vendor {
  readonly url: string
  close(): Promise<void>
}

/** Starts a vendor: its API behind the token, and a gateway over its own disk. */
export async function startVendor(api: VendorApi): Promise<RunningVendor> {
  const blocks = new Map<string, Block>()
  const pins = new Map<string, string>()
  let count = 0
  const vendor: Vendor = { blocks, pins, takeCar }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...vendor,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '', 'http://vendor')
    try {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      if (url.pathname.startsWith('/ipfs/')) return await serve(url, response)
      if (incoming.headers.authorization !== `Bearer ${VENDOR_TOKEN}`)
        return send(response, 401, { error: 'bad token' })
      const request = { method: incoming.method ?? '', url, headers: incoming.headers, body }
      const { status = 200, json, headers } = (await api(request, vendor)) ?? NOT_FOUND
      send(response, status, json, headers)
    } catch (error) {
      if (!incoming.errored) send(response, 400, { error: (error as Error).message })
    }
  }

  async function serve(url: URL, response: ServerResponse): Promise<void> {
    const block = blocks.get(url.pathname.split('/').at(-1) ?? '')
    if (!block) return void response.writeHead(404).end()
    if (url.searchParams.get('format') === 'raw') return void response.end(block.bytes)
    const source = { name: 'vendor', get: async (cid: CID) => blocks.get(`${cid}`)?.bytes }
    for await (const chunk of writeCar(block.cid, source)) response.write(chunk)
    response.end()
  }

  async function takeCar({ headers, body }: VendorRequest) {
    const form = await new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData()
    const file = form.get('file') as File
    const bytes = new Uint8Array(await file.arrayBuffer())
    const [root] = await (await CarReader.fromBytes(bytes)).getRoots()
    const got: Block[] = []
    const into = { put: async (some: Iterable<Block>) => void got.push(...some) }
    await readCar(ReadableStream.from([bytes]), { root: CID.parse(`${root}`), into })
    for (const block of got) blocks.set(`${block.cid}`, block)
    const id = `id-${++count}`
    pins.set(id, `${root}`)
    const fields = Object.fromEntries(
      [...form].flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    )
    return { id, root: `${root}`, fields }
  }
}

/** What the conformance suite does to a vendor behind its back. */
export function vendorWorld({ blocks, close }: RunningVendor) {
  return {
    damageCode: 'BLOCK_MISMATCH',
    async damage(cid: CID) {
      const { bytes } = blocks.get(`${cid}`)!
      blocks.set(`${cid}`, { cid, bytes: bytes.map((byte, index) => (index === 100 ? byte ^ 1 : byte)) })
    },
    lossCode: 'BLOCK_MISSING',
    async lose(lost: readonly Block[]) {
      for (const { cid } of lost) blocks.delete(`${cid}`)
    },
    close,
  }
}

function send(response: ServerResponse, status: number, json: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json))
}

import { type IncomingMessage, request } from 'node:http'
import { type CallOptions, callSignal, type PageAnswer } from '@domainsync/core'
import type { CID } from 'multiformats/cid'
import { MAX_BODY_BYTES } from './get-page.ts'

/** Serves one path of any root, as the site's own server would. */
export type Preview = (root: CID, path: string, options?: CallOptions) => Promise<PageAnswer>

/** Time allowed for one preview, in milliseconds. */
export const PREVIEW_TIMEOUT_MS = 10_000

/**
 * A preview by one of our own nodes: asked as `<cid>.ipfs.localhost`, it serves the root as an origin of its own, with the
 * same rules as the site.
 */
export function createGatewayPreview(gatewayUrl: string): Preview {
  return (root, path, options = {}) =>
    new Promise((resolve, reject) => {
      const signal = callSignal(options, PREVIEW_TIMEOUT_MS)
      const url = new URL(path, gatewayUrl)
      const asked = request(url, { headers: { host: `${root}.ipfs.localhost` }, signal }, (response) => {
        readBody(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
      })
      asked.once('error', reject)
      asked.end()
    })
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > MAX_BODY_BYTES) throw new Error(`the body is larger than ${MAX_BODY_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

import type { BlockSource } from '@domainsync/core'
import { MAX_BLOCK_BYTES } from '../car/block-fault.ts'
import type { ProviderHttp } from './provider-http.ts'
import { ReplicaError } from './replica-error.ts'

/** Blocks and CARs of a trustless gateway. */
export function createGatewaySource(name: string, http: ProviderHttp): BlockSource {
  return {
    name,
    get: (cid, call = {}) =>
      http.find({ path: `/ipfs/${cid}?format=raw`, call, absent: (status) => status === 404 }, (response) =>
        readBlockBody(response, name),
      ),
    car: (root, call = {}) => http.stream({ path: `/ipfs/${root}?format=car`, call }),
  }
}

/** One block, no matter how much is sent. */
export async function readBlockBody(response: Response, name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of response.body ?? []) {
    sizeBytes += piece.length
    if (sizeBytes > MAX_BLOCK_BYTES) {
      throw new ReplicaError('BLOCK_TOO_LARGE', `${name} sent more than ${MAX_BLOCK_BYTES} bytes for one block.`)
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

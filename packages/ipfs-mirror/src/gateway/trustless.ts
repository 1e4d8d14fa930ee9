import { createHash } from 'node:crypto'
import { carBytes, checkCid } from '@domainsync/sdk'
import { CID } from 'multiformats/cid'
import { bytesReply, conditionalReply } from './bytes-reply.ts'
import { carBlocks } from './car-blocks.ts'
import { addCarVariant } from './car-variant.ts'
import { contentDisposition } from './content-disposition.ts'
import { type FoundPath, findPath } from './find-path.ts'
import { type GatewayRequest, Refusal, type Reply } from './reply.ts'
import { parsePath } from './request-path.ts'
import { IDENTITY, StoredBlockError, type StoredNodes } from './stored-blocks.ts'
import { CAR_TYPE, RAW_TYPE, type TrustlessFormat, trustlessFormat } from './trustless-format.ts'

/** What every answer under `/ipfs/` says to caches (path gateway specification). */
export const IMMUTABLE = 'public, max-age=29030400, immutable'

/**
 * Answers `/ipfs/{cid}[/path]` with a verifiable block or CAR (IPFS trustless gateway specification, 2026-03-05).
 *
 * @throws Refusal 400, 404, 406 or 412; StoredBlockError; BlockError for a CID that no release has; DagError for what is not
 * UnixFS.
 */
export async function serveTrustless(request: GatewayRequest, { source }: { source: StoredNodes }): Promise<Reply> {
  if (request.headers['service-worker'] !== undefined) {
    throw new Refusal(400, 'SERVICE_WORKER', 'No service worker is served under /ipfs/, which many sites would share.')
  }
  const format = trustlessFormat(request)
  const [label = '', ...rest] = request.path.replace(/^\/ipfs\//, '').split('/')
  const root = parseCid(label)
  const names = parsePath(rest.join('/'))
  const common = {
    'cache-control': IMMUTABLE,
    'x-content-type-options': 'nosniff',
    // A browser must never render these bytes.
    'content-disposition': contentDisposition('attachment', request.query.get('filename') ?? defaultName(root, format)),
    'content-location': located(request, format),
    'x-ipfs-path': request.path,
    vary: 'Accept',
  }
  try {
    if (format.kind === 'car') return await carReply(request, { source, root, names, format, common })
    if (names.length > 0) {
      throw new Refusal(400, 'RAW_PATH', 'A raw block is asked by its CID alone; for a path ask for "?format=car".')
    }
    return await rawReply(request, { source, root, common })
  } catch (error) {
    if (!(error instanceof StoredBlockError) || error.code !== 'BLOCK_MISSING') throw error
    if (request.headers['cache-control']?.includes('only-if-cached')) {
      throw new Refusal(412, 'NOT_CACHED', `${error.cid} is not in this store.`)
    }
    throw new Refusal(404, 'BLOCK_MISSING', `${error.cid} is not in this store.`)
  }
}

interface Asked {
  readonly source: StoredNodes
  readonly root: CID
  readonly common: Readonly<Record<string, string>>
}

async function rawReply(request: GatewayRequest, { source, root, common }: Asked): Promise<Reply> {
  const bytes = root.multihash.code === IDENTITY ? root.multihash.digest : await rawBlock(root, source)
  return bytesReply(
    {
      sizeBytes: bytes.length,
      etag: `"${root}.raw"`,
      headers: { ...common, 'content-type': RAW_TYPE, 'x-ipfs-roots': `${root}` },
      read: (range) => (range ? bytes.subarray(range.fromByte, range.toByte + 1) : bytes),
    },
    request,
  )
}

async function rawBlock(cid: CID, source: StoredNodes): Promise<Uint8Array> {
  checkCid(cid)
  return await source.get(cid)
}

async function carReply(
  request: GatewayRequest,
  asked: Asked & { names: readonly string[]; format: Extract<TrustlessFormat, { kind: 'car' }> },
): Promise<Reply> {
  const { source, root, names, format, common } = asked
  const found = await resolveForCar(root, names, { source, format })
  const headers = {
    ...common,
    'content-type': `${CAR_TYPE}; version=1; order=dfs; dups=n`,
    'accept-ranges': 'none',
    'x-ipfs-roots': (found?.roots ?? [root]).join(','),
    etag: carEtag(root, names, format),
  }
  const unchanged = conditionalReply(headers, request)
  if (unchanged) return unchanged
  if (!found) return { status: 200, headers, body: carBytes([root], noBlocks()) }
  const { scope, entityBytes } = format
  return { status: 200, headers, body: carBytes([root], carBlocks(found, { source, scope, entityBytes })) }
}

/** `undefined` for an identity CID, which has no block to send: the probe `bafkqaaa` gets an empty CAR. */
async function resolveForCar(
  root: CID,
  names: readonly string[],
  { source, format }: { source: StoredNodes; format: Extract<TrustlessFormat, { kind: 'car' }> },
): Promise<FoundPath | undefined> {
  if (root.multihash.code === IDENTITY) return undefined
  const found = await findPath(root, names, { source })
  if (!found) throw new Refusal(404, 'PATH_NOT_FOUND', `There is no "${names.join('/')}" under ${root}.`)
  const { entityBytes } = format
  // A range of no bytes in what is there (`5:4`) is answered with the root block; one that starts after the end is not.
  if (entityBytes && found.node.kind === 'file' && entityBytes.from > Math.max(found.node.sizeBytes - 1, 0)) {
    const sentence = `entity-bytes lies outside the file's ${found.node.sizeBytes} bytes.`
    throw new Refusal(400, 'ENTITY_BYTES_OUTSIDE', sentence)
  }
  return found
}

async function* noBlocks(): AsyncGenerator<never> {}

function parseCid(label: string): CID {
  try {
    return CID.parse(decodeURIComponent(label))
  } catch {
    throw new Refusal(400, 'CID_INVALID', `"${label.slice(0, 80)}" is not a CID.`)
  }
}

/** Weak: other versions of this gateway may order blocks differently. */
function carEtag(
  root: CID,
  names: readonly string[],
  { scope, entityBytes }: Extract<TrustlessFormat, { kind: 'car' }>,
) {
  const range = entityBytes ? `.${entityBytes.from}:${entityBytes.to}` : ''
  const path = names.length === 0 ? '' : `.${createHash('sha256').update(names.join('/')).digest('hex').slice(0, 32)}`
  return `W/"${scope}${range}.${root}${path}.car"`
}

/** Its own URL, by which caches tell the formats apart that one URL has by Accept. */
function located({ path, query }: GatewayRequest, format: TrustlessFormat): string {
  const located = new URLSearchParams(query)
  located.set('format', format.kind)
  if (format.kind === 'car') addCarVariant(located, format.variant)
  return `${path}?${located}`
}

function defaultName(root: CID, { kind }: TrustlessFormat): string {
  return `${root}.${kind === 'raw' ? 'bin' : 'car'}`
}

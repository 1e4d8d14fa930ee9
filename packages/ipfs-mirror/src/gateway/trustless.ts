import { createHash } from 'node:crypto'
import { carBytes } from '@domainsync/sdk'
import { CID } from 'multiformats/cid'
import { bytesReply, notModified } from './bytes-reply.ts'
import { carBlocks } from './car-blocks.ts'
import { etagMatches } from './conditional.ts'
import { type FoundPath, findPath } from './find-path.ts'
import { type GatewayRequest, Refusal, type Reply } from './reply.ts'
import { parsePath } from './request-path.ts'
import { IDENTITY, StoredBlockError, type StoredBlocks } from './stored-blocks.ts'
import { CAR_TYPE, entityRange, RAW_TYPE, type TrustlessFormat, trustlessFormat } from './trustless-format.ts'

/** What every answer under `/ipfs/` says to caches (path gateway specification). */
export const IMMUTABLE = 'public, max-age=29030400, immutable'

/**
 * Answers `/ipfs/{cid}[/path]` with a verifiable block or CAR (IPFS trustless gateway specification, 2026-03-05).
 *
 * @throws Refusal 400, 404, 406 or 412; StoredBlockError; DagError for what is not UnixFS.
 */
export async function serveTrustless(request: GatewayRequest, { source }: { source: StoredBlocks }): Promise<Reply> {
  const format = trustlessFormat(request)
  const [label = '', ...rest] = request.path.replace(/^\/ipfs\//, '').split('/')
  const root = parseCid(label)
  const names = parsePath(rest.join('/'))
  const common = {
    'cache-control': IMMUTABLE,
    'x-content-type-options': 'nosniff',
    'content-disposition': disposition(request.query.get('filename') ?? defaultName(root, format)),
    vary: 'Accept',
    ...(format.negotiated && { 'content-location': located(request, format) }),
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
  readonly source: StoredBlocks
  readonly root: CID
  readonly common: Readonly<Record<string, string>>
}

async function rawReply(request: GatewayRequest, { source, root, common }: Asked): Promise<Reply> {
  const bytes = root.multihash.code === IDENTITY ? root.multihash.digest : await source.get(root)
  return bytesReply(
    {
      sizeBytes: bytes.length,
      etag: `"${root}.raw"`,
      headers: { ...common, 'content-type': RAW_TYPE },
      read: (range) => (range ? bytes.subarray(range.fromByte, range.toByte + 1) : bytes),
    },
    request,
  )
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
    etag: carEtag(root, names, format),
  }
  if (etagMatches(request.headers['if-none-match'], headers.etag)) return notModified(headers)
  if (!found) return { status: 200, headers, body: carBytes([root], noBlocks()) }
  const { scope, entityBytes } = format
  return { status: 200, headers, body: carBytes([root], carBlocks(found, { source, scope, entityBytes })) }
}

/** `undefined` for an identity CID, which has no block to send: the probe `bafkqaaa` gets an empty CAR. */
async function resolveForCar(
  root: CID,
  names: readonly string[],
  { source, format }: { source: StoredBlocks; format: Extract<TrustlessFormat, { kind: 'car' }> },
): Promise<FoundPath | undefined> {
  if (root.multihash.code === IDENTITY) return undefined
  const found = await findPath(root, names, { source })
  if (!found) throw new Refusal(404, 'PATH_NOT_FOUND', `There is no "${names.join('/')}" under ${root}.`)
  const { entityBytes } = format
  if (entityBytes && found.node.kind === 'file' && !entityRange(entityBytes, found.node.sizeBytes) && beyond()) {
    throw new Refusal(
      400,
      'ENTITY_BYTES_OUTSIDE',
      `entity-bytes lies outside the file's ${found.node.sizeBytes} bytes.`,
    )
  }
  return found

  /** A zero-length range of what is there (`5:4`) is answered with the root block; one that starts after the end is not. */
  function beyond(): boolean {
    return found?.node.kind === 'file' && entityBytes !== undefined && entityBytes.from >= found.node.sizeBytes
  }
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

function located({ path, query }: GatewayRequest, { kind }: TrustlessFormat): string {
  const located = new URLSearchParams(query)
  located.set('format', kind)
  return `${path}?${located}`
}

function defaultName(root: CID, { kind }: TrustlessFormat): string {
  return `${root}.${kind === 'raw' ? 'bin' : 'car'}`
}

/** Always an attachment: a browser must never render these bytes. */
function disposition(filename: string): string {
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_').slice(0, 255)
  if (ascii === filename) return `attachment; filename="${ascii}"`
  const encoded = encodeURIComponent(filename.slice(0, 255).toWellFormed()).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

import { MAX_REDIRECTS_BYTES, matchRedirect, parseRedirects, readFileChunks } from '@domainsync/sdk'
import { contentType } from 'mime-types'
import type { CID } from 'multiformats/cid'
import { bytesReply } from './bytes-reply.ts'
import type { ByteRange } from './conditional.ts'
import { type FoundPath, findPath } from './find-path.ts'
import { type GatewayRequest, type Reply, sentenceReply } from './reply.ts'
import { parsePath } from './request-path.ts'
import type { StoredBlocks } from './stored-blocks.ts'

/** A release as a website. */
export interface Site {
  readonly root: CID
  readonly source: StoredBlocks
  readonly cacheControl: string
}

/** A file and the names it was found under. */
interface Page {
  readonly names: readonly string[]
  readonly cid: CID
  readonly sizeBytes: number
}

/**
 * Answers as a web server does from a release's files: index files, directory redirects, `_redirects` for paths that are not
 * there, then `404.html`. Directories are never listed.
 *
 * @throws Refusal `PATH_INVALID`; DomainSyncError `REDIRECTS_INVALID`; StoredBlockError
 */
export async function serveSite(request: GatewayRequest, site: Site): Promise<Reply> {
  const names = parsePath(request.path)
  const slash = request.path.endsWith('/')
  const found = await findPath(site.root, names, site)
  if (found && found.node.kind !== 'file' && !slash) return moved(names, request.query)
  // `/` of a root that is one file is that file; below, a slash asks for a directory.
  const page = slash && names.length > 0 && found?.node.kind === 'file' ? undefined : await pageAt(names, found, site)
  if (page) return pageReply(request, { site, page })
  return (await redirected(request, { site, names })) ?? (await notFound(request, site))
}

/** The file at a path, or the index of the directory there. */
async function pageAt(names: readonly string[], found: FoundPath | undefined, site: Site): Promise<Page | undefined> {
  if (!found) return undefined
  if (found.node.kind === 'file') return { names, cid: found.cid, sizeBytes: found.node.sizeBytes }
  const index = [...names, 'index.html']
  const file = await findPath(site.root, index, site)
  return file?.node.kind === 'file' ? { names: index, cid: file.cid, sizeBytes: file.node.sizeBytes } : undefined
}

function moved(names: readonly string[], query: URLSearchParams): Reply {
  const search = query.size === 0 ? '' : `?${query}`
  const location = `/${names.map(encodeURIComponent).join('/')}/${search}`
  return sentenceReply(301, 'MOVED', `This is a directory; it is at ${location}`, { location })
}

async function redirected(
  request: GatewayRequest,
  { site, names }: { site: Site; names: readonly string[] },
): Promise<Reply | undefined> {
  const file = await findPath(site.root, ['_redirects'], site)
  if (file?.node.kind !== 'file') return undefined
  const redirect = matchRedirect(parseRedirects(await readRules(file.cid, site)), names)
  if (!redirect) return undefined
  const { status, to, rewrite } = redirect
  if (!rewrite) return sentenceReply(status, 'MOVED', `This page is at ${to}`, { location: to })
  const target = parsePath(to.replace(/[?#].*$/, ''))
  const page = await pageAt(target, await findPath(site.root, target, site), site)
  return page && pageReply(request, { site, page, status })
}

async function notFound(request: GatewayRequest, site: Site): Promise<Reply> {
  const names = ['404.html']
  const found = await findPath(site.root, names, site)
  const page = found?.node.kind === 'file' && (await pageAt(names, found, site))
  if (page) return pageReply(request, { site, page, status: 404 })
  return sentenceReply(404, 'PATH_NOT_FOUND', 'There is no such page on this site.')
}

/** One byte more than is allowed is read at most: the parser then refuses the file by its size. */
async function readRules(cid: CID, { source }: Site): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of readFileChunks(cid, source, { length: MAX_REDIRECTS_BYTES + 1 })) pieces.push(piece)
  return Buffer.concat(pieces)
}

function pageReply(
  request: GatewayRequest,
  { site, page, status = 200 }: { site: Site; page: Page; status?: number },
): Reply {
  const { cid, names, sizeBytes } = page
  const content = {
    sizeBytes,
    etag: `"${cid}"`,
    headers: {
      'cache-control': site.cacheControl,
      'content-type': contentType(extension(names)) || 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'x-ipfs-path': `/ipfs/${[site.root, ...names.map(encodeURIComponent)].join('/')}`,
    },
    read: (range?: ByteRange) => fileBytes(cid, { source: site.source, range }),
  }
  // An error page is sent whole: ranges and validators belong to the page that is not there.
  return status === 200 ? bytesReply(content, request) : { ...bytesReply(content, { headers: {} }), status }
}

function fileBytes(cid: CID, { source, range }: { source: StoredBlocks; range: ByteRange | undefined }) {
  const part = range && { offset: range.fromByte, length: range.toByte - range.fromByte + 1 }
  return readFileChunks(cid, source, part)
}

/** mime-types takes a bare word for an extension, so a file called `html` would be a page. */
function extension(names: readonly string[]): string {
  return /\.[^.]+$/.exec(names.at(-1) ?? '')?.[0] ?? ''
}

import { contentType } from 'mime-types'
import type { CID } from 'multiformats/cid'
import { bytesReply } from './bytes-reply.ts'
import type { ReadBlock } from './read-block.ts'
import { MAX_REDIRECTS_BYTES, matchRedirect, parseRedirects } from './redirects.ts'
import { type GatewayRequest, type Reply, sentenceReply } from './reply.ts'
import { fileBytes } from './unixfs-file.ts'
import { parsePath, type ResolvedPath, resolvePath } from './unixfs-path.ts'

/** Where a site's files are read. `immutable`: the origin is the CID itself, so answers never change. */
export interface Site {
  readonly root: CID
  readonly read: ReadBlock
  readonly cacheControl: string
}

/**
 * Answers as a web server does from a release's files: index files, directory redirects, `_redirects` for paths that are not
 * there, then `404.html`. Directories are never listed.
 *
 * @throws DomainSyncError `PATH_INVALID`, `REDIRECTS_INVALID`, or BlockError when the store cannot give a block.
 */
export async function serveSite(request: GatewayRequest, site: Site): Promise<Reply> {
  const names = parsePath(request.path)
  const slash = request.path.endsWith('/')
  const found = await resolvePath(site.root, names, site)
  if (isDirectory(found) && !slash) return moved(names, request.query)
  const file = slash ? await indexOf(names, found, site) : found
  if (file?.node.kind === 'file')
    return fileReply(request, { site, file, names: slash ? [...names, 'index.html'] : names })
  return (await redirected(request, { site, names })) ?? (await notFound(request, { site }))
}

function isDirectory(found: ResolvedPath | undefined): boolean {
  return found?.node.kind === 'directory' || found?.node.kind === 'shard'
}

/** `/` of a root that is one file is that file. */
async function indexOf(names: readonly string[], found: ResolvedPath | undefined, site: Site) {
  if (names.length === 0 && found?.node.kind === 'file') return found
  return isDirectory(found) ? await resolvePath(site.root, [...names, 'index.html'], site) : undefined
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
  const file = await resolvePath(site.root, ['_redirects'], site)
  if (file?.node.kind !== 'file') return undefined
  const redirect = matchRedirect(parseRedirects(await readWhole(file, site)), names)
  if (!redirect) return undefined
  const { status, to, rewrite } = redirect
  if (!rewrite) return sentenceReply(status, 'MOVED', `This page is at ${to}`, { location: to })
  const target = parsePath(to.replace(/[?#].*$/, ''))
  const found = await resolvePath(site.root, target, site)
  const page = isDirectory(found) ? await indexOf(target, found, site) : found
  if (page?.node.kind !== 'file') return undefined
  const pageNames = isDirectory(found) ? [...target, 'index.html'] : target
  return fileReply(request, { site, file: page, names: pageNames, status })
}

async function notFound(request: GatewayRequest, { site }: { site: Site }): Promise<Reply> {
  const names = ['404.html']
  const file = await resolvePath(site.root, names, site)
  if (file?.node.kind === 'file') return fileReply(request, { site, file, names, status: 404 })
  return sentenceReply(404, 'PATH_NOT_FOUND', 'There is no such page on this site.')
}

/** One more byte than is allowed is read at most: the parser then refuses the file by its size. */
async function readWhole({ block }: ResolvedPath, { read }: Site): Promise<Uint8Array> {
  const range = { fromByte: 0, toByte: MAX_REDIRECTS_BYTES }
  const pieces: Uint8Array[] = []
  for await (const piece of fileBytes(block, { read, range })) pieces.push(piece)
  return Buffer.concat(pieces)
}

function fileReply(
  request: GatewayRequest,
  { site, file, names, status = 200 }: { site: Site; file: ResolvedPath; names: readonly string[]; status?: number },
): Reply {
  const { read, root, cacheControl } = site
  if (file.node.kind !== 'file') throw new TypeError('only files have bytes')
  const path = `/ipfs/${root}${names.map((name) => `/${encodeURIComponent(name)}`).join('')}`
  const content = {
    sizeBytes: file.node.sizeBytes,
    etag: `"${file.cid}"`,
    headers: {
      'cache-control': cacheControl,
      'content-type': contentType(extension(names)) || 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'x-ipfs-path': path,
      'x-ipfs-roots': file.roots.join(','),
    },
    read: (range?: { fromByte: number; toByte: number }) => fileBytes(file.block, { read, range }),
  }
  // An error page is always sent whole: ranges and validators belong to the page that is not there.
  if (status !== 200) return { ...bytesReply(content, { headers: {} }), status }
  return bytesReply(content, request)
}

/** mime-types takes a bare word for an extension, so a file called `html` would become one. */
function extension(names: readonly string[]): string {
  return /\.[^.]+$/.exec(names.at(-1) ?? '')?.[0] ?? ''
}

import { matchRedirect } from '@domainsync/sdk'
import type { CID } from 'multiformats/cid'
import type { BufferPool } from './buffer-pool.ts'
import { enterPath, type FoundPath, findPath } from './find-path.ts'
import { type Page, pageReply } from './page-reply.ts'
import { redirectRules } from './redirect-rules.ts'
import { type GatewayRequest, type Reply, sentenceReply } from './reply.ts'
import { parsePath } from './request-path.ts'
import type { StoredNodes } from './stored-blocks.ts'

/** A release as a website. */
export interface Site {
  readonly root: CID
  readonly source: StoredNodes
  readonly pool: BufferPool
  readonly cacheControl: string
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
  if (found && found.node.kind !== 'file' && !slash) return moved(names, request.search)
  // `/` of a root that is one file is that file; below, a slash asks for a directory.
  const page = slash && names.length > 0 && found?.node.kind === 'file' ? undefined : await pageAt(names, found, site)
  if (page) return pageReply(request, { site, page })
  return (await redirected(request, { site, names })) ?? (await notFound(request, site))
}

/** The file at a path, or the index of the directory there. */
async function pageAt(names: readonly string[], found: FoundPath | undefined, site: Site): Promise<Page | undefined> {
  if (!found) return undefined
  if (found.node.kind === 'file') return { name: names.at(-1) ?? '', found, file: found.node }
  const index = await enterPath(found, 'index.html', site)
  return index?.node.kind === 'file' ? { name: 'index.html', found: index, file: index.node } : undefined
}

function moved(names: readonly string[], search: string): Reply {
  const location = `/${names.map(encodeURIComponent).join('/')}/${search}`
  return sentenceReply(301, 'MOVED', `This is a directory; it is at ${location}`, { location })
}

async function redirected(
  request: GatewayRequest,
  { site, names }: { site: Site; names: readonly string[] },
): Promise<Reply | undefined> {
  const redirect = matchRedirect(await redirectRules(site), names)
  if (!redirect) return undefined
  const { status, to, rewrite } = redirect
  if (!rewrite) {
    const location = withSearch(to, request.search)
    return sentenceReply(status, 'MOVED', `This page is at ${location}`, { location })
  }
  const target = parsePath(to.replace(/[?#].*$/, ''))
  const page = await pageAt(target, await findPath(site.root, target, site), site)
  return page && pageReply(request, { site, page, status })
}

/** A reader's query goes along, unless the rule has one of its own. */
function withSearch(to: string, search: string): string {
  const [path = '', fragment] = to.split('#', 2)
  return path.includes('?') ? to : `${path}${search}${fragment === undefined ? '' : `#${fragment}`}`
}

async function notFound(request: GatewayRequest, site: Site): Promise<Reply> {
  const names = ['404.html']
  const found = await findPath(site.root, names, site)
  const page = found?.node.kind === 'file' && (await pageAt(names, found, site))
  if (page) return pageReply(request, { site, page, status: 404 })
  return sentenceReply(404, 'PATH_NOT_FOUND', 'There is no such page on this site.')
}

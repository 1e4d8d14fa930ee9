import type { UnixFsNode } from '@domainsync/sdk'
import { contentType } from 'mime-types'
import { type Bytes, bytesReply, wholeReply } from './bytes-reply.ts'
import type { ByteRange } from './conditional.ts'
import { contentDisposition } from './content-disposition.ts'
import { fileBody } from './file-body.ts'
import type { FoundPath } from './find-path.ts'
import type { GatewayRequest, Reply } from './reply.ts'
import type { Site } from './site.ts'

/** A file of a site. */
export interface Page {
  /** What it is called, which says what it is. */
  readonly name: string
  readonly found: FoundPath
  readonly file: Extract<UnixFsNode, { kind: 'file' }>
}

/** Answers with a file as the request's conditions say; whole and unconditionally when the status is not 200. */
export function pageReply(
  request: GatewayRequest,
  { site, page, status = 200 }: { site: Site; page: Page; status?: number },
): Reply {
  const { name, found, file } = page
  const content: Bytes = {
    sizeBytes: file.sizeBytes,
    etag: `"${found.cid}"`,
    headers: {
      'cache-control': site.cacheControl,
      'content-type': contentType(extension(name)) || 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'x-ipfs-path': `/ipfs/${site.root}${request.path}`,
      'x-ipfs-roots': found.roots.join(','),
      ...disposition(request.query),
    },
    read: (range) => read(page, { site, range }),
  }
  // An error page is sent whole: ranges and validators belong to the page that is not there.
  return status === 200 ? bytesReply(content, request) : { ...wholeReply(content), status }
}

type Body = ReturnType<Bytes['read']>

/** A file of one block is at hand already. */
function read({ found, file }: Page, { site, range }: { site: Site; range: ByteRange | undefined }): Body {
  if (file.parts.length === 0) return range ? file.data.subarray(range.fromByte, range.toByte + 1) : file.data
  return fileBody(found.cid, { source: site.source, pool: site.pool, range })
}

/** `download` and `filename` of the path gateway specification. The name never says what type the bytes are. */
function disposition(query: URLSearchParams): Record<string, string> {
  const kind = query.get('download') === 'true' ? 'attachment' : 'inline'
  const filename = query.get('filename') ?? undefined
  return kind === 'inline' && filename === undefined
    ? {}
    : { 'content-disposition': contentDisposition(kind, filename) }
}

/** mime-types takes a bare word for an extension, so a file called `html` would be a page. */
function extension(name: string): string {
  return /\.[^.]+$/.exec(name)?.[0] ?? ''
}

import { type CallOptions, callSignal, type ReleaseFile } from '@domainsync/core'
import { bytesToHex } from '@noble/hashes/utils.js'
import { bodyChunks } from '../blocks/read-body.ts'
import { createSha256 } from '../blocks/sha256.ts'
import { type Check, failed, passed } from './check.ts'
import { matchRedirect } from './redirects.ts'
import type { VerifiedRelease } from './verify-root.ts'

/** Time allowed for one file, in milliseconds. */
export const SERVED_TIMEOUT_MS = 30_000
/** Largest body that is read, in bytes. */
export const MAX_SERVED_BYTES = 4 * 1024 ** 3
/** Requests at once. */
const CONCURRENCY = 6
/** When so many pages could not be read and none could, nobody answers there: the others are not asked for. */
const HOPELESS_AFTER = 2 * CONCURRENCY
const NO_ANSWER: ReadonlySet<string | undefined> = new Set(['SERVED_UNREACHABLE', 'SERVED_TIMEOUT'])

export interface VerifyServedOptions extends CallOptions {
  /** Where the site answers; its path is ignored. */
  readonly url: string | URL
  readonly fetch?: typeof globalThis.fetch | undefined
  /** All files, or the start page and this many others chosen at random. */
  readonly paths?: 'all' | { readonly sample: number } | undefined
  /** True where a failed request may only mean that the site does not allow reading it from this page (CORS). */
  readonly inBrowser?: boolean | undefined
  /** Random numbers in [0, 1) for the sample and the names of pages that cannot exist. */
  readonly random?: (() => number) | undefined
}

type Verifiable = Pick<VerifiedRelease, 'files' | 'redirects'>

/** What one URL must answer with. */
interface Expectation {
  /** As in the URL, percent-encoded. */
  readonly path: string
  readonly status: 'ok' | 'not-found'
  /** SHA-256 of the body; `undefined`: any, for error pages that the release has no file for. */
  readonly sha256: string | undefined
}

/**
 * Step 7: what the site really serves, after content decoding, equals the signed list. `/` and every folder with an
 * `index.html` answer with that; a page that does not exist answers with an error and, when there is a `404.html`, its bytes;
 * any success for it fails, unless the signed `_redirects` sends it to a listed file with equal bytes.
 *
 * Codes: `SERVED_MISMATCH` (other bytes), `SERVED_MISSING` (an error for a listed file), `SERVED_UNLISTED` (a success for what
 * is not listed), `SERVED_UNREACHABLE`, `SERVED_TIMEOUT`, `UNREADABLE` (a browser may not read it: nothing is known).
 */
export async function verifyServed(release: Verifiable, options: VerifyServedOptions): Promise<Check[]> {
  const random = options.random ?? secureRandom
  const pending = [...listedPages(release, { ...options, random }), ...missingPages(release, random)]
  const checks: Check[] = []
  const next = async () => {
    for (let page = pending.shift(); page !== undefined; page = pending.shift()) {
      checks.push(await checkPage(page, options))
      if (checks.length < HOPELESS_AFTER || pending.length === 0) continue
      if (checks.every(({ code }) => NO_ANSWER.has(code))) checks.push(unasked(pending.splice(0).length, options))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, next))
  options.signal?.throwIfAborted()
  return checks.sort((a, b) => Number(a.ok) - Number(b.ok) || (a.subject < b.subject ? -1 : 1))
}

function listedPages(
  { files }: Verifiable,
  { paths = 'all', random }: { paths?: VerifyServedOptions['paths']; random: () => number },
): Expectation[] {
  const indexes = files.filter(({ path }) => path === 'index.html' || path.endsWith('/index.html'))
  const folders = indexes.map(({ path, sha256 }) => ({ path: urlPath(path.slice(0, -'index.html'.length)), sha256 }))
  const pages = [...folders, ...files.map(({ path, sha256 }) => ({ path: urlPath(path), sha256 }))]
  const wanted = paths === 'all' ? pages : sample(pages, paths.sample, random)
  return wanted.map((page) => ({ ...page, status: 'ok' }))
}

function sample<T extends { path: string }>(pages: readonly T[], size: number, random: () => number): T[] {
  const rest = pages.filter(({ path }) => path !== '/')
  const chosen = pages.filter(({ path }) => path === '/')
  while (chosen.length < size + 1 && rest.length > 0) chosen.push(...rest.splice(Math.floor(random() * rest.length), 1))
  return chosen
}

/** Names that nobody has: on their own, and as a folder. */
function missingPages(release: Verifiable, random: () => number): Expectation[] {
  const name = `no-such-page-${Math.floor(random() * 2 ** 48).toString(36)}`
  return [[name], [name, 'index.html']].flatMap((names) => expectedOf(names, release))
}

function expectedOf(names: readonly string[], { files, redirects }: Verifiable): Expectation[] {
  const path = urlPath(names.join('/'))
  const notFound = { path, status: 'not-found', sha256: sha256Of(files, '404.html') } as const
  // A redirect may lead to another rule; more than a few are a loop, which no reader follows.
  let current = names
  for (let hop = 0; hop < 5; hop++) {
    const redirect = matchRedirect(redirects, current)
    if (redirect === undefined) return hop === 0 ? [notFound] : []
    // The signed rules send it to another site: what that answers is not this release's.
    if (!redirect.to.startsWith('/')) return []
    const target = namesOf(redirect.to)
    const listed = sha256Of(files, target.join('/')) ?? sha256Of(files, [...target, 'index.html'].join('/'))
    if (redirect.rewrite) {
      if (redirect.status !== 200) return [{ path, status: 'not-found', sha256: listed }]
      return [listed === undefined ? notFound : { path, status: 'ok', sha256: listed }]
    }
    if (listed !== undefined) return [{ path, status: 'ok', sha256: listed }]
    current = target
  }
  return []
}

async function checkPage(page: Expectation, options: VerifyServedOptions): Promise<Check> {
  const { fetch = globalThis.fetch, signal } = options
  const url = new URL(page.path, new URL(options.url).origin)
  try {
    const limit = callSignal(options, SERVED_TIMEOUT_MS)
    // no-store: what the server says now, not what this browser once kept.
    const response = await fetch(url, { signal: limit, cache: 'no-store', credentials: 'omit' })
    const found = await bodySha256(response)
    return judge(page, { status: response.status, found })
  } catch (cause) {
    signal?.throwIfAborted()
    return failed(7, page.path, unread(cause, { url, inBrowser: options.inBrowser ?? runsInBrowser() }))
  }
}

function judge({ path, status, sha256: wanted }: Expectation, got: { status: number; found: string }): Check {
  const isSuccess = got.status >= 200 && got.status < 300
  if (status === 'not-found') {
    if (isSuccess) {
      return failed(7, path, {
        code: 'SERVED_UNLISTED',
        detail: `${path} is not in the release, but answers ${got.status}.`,
      })
    }
    if (wanted !== undefined && got.found !== wanted) {
      return failed(7, path, {
        code: 'SERVED_MISMATCH',
        detail: `The error page for ${path} is not the release's own.`,
      })
    }
    return passed(7, path, `It is not in the release and answers ${got.status}.`)
  }
  if (!isSuccess) {
    return failed(7, path, { code: 'SERVED_MISSING', detail: `${path} is in the release, but answers ${got.status}.` })
  }
  if (got.found !== wanted) {
    const detail = `${path} has SHA-256 ${got.found}; signed is ${wanted}.`
    return failed(7, path, { code: 'SERVED_MISMATCH', detail })
  }
  return passed(7, path, `The served bytes are the signed ones.`)
}

function unasked(pages: number, { url }: Pick<VerifyServedOptions, 'url'>): Check {
  const { origin } = new URL(url)
  const detail = `Nothing of ${origin} could be read; ${pages} more ${pages === 1 ? 'page was' : 'pages were'} not asked for.`
  return failed(7, origin, { code: 'SERVED_UNREACHABLE', detail })
}

function unread(
  cause: unknown,
  { url, inBrowser }: { url: URL; inBrowser: boolean },
): { code: string; detail: string } {
  const name = cause instanceof Error ? cause.name : ''
  if (name === 'TimeoutError') return { code: 'SERVED_TIMEOUT', detail: `${url} did not answer in time.` }
  if (inBrowser && name === 'TypeError') {
    return { code: 'UNREADABLE', detail: `This page may not read ${url}, or it is down; check it from a terminal.` }
  }
  const why =
    cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause)
  return { code: 'SERVED_UNREACHABLE', detail: `${url} could not be read: ${why}.` }
}

async function bodySha256(response: Response): Promise<string> {
  const hash = createSha256()
  for await (const chunk of bodyChunks(response, MAX_SERVED_BYTES)) hash.update(chunk)
  return bytesToHex(hash.digest())
}

function sha256Of(files: readonly ReleaseFile[], path: string): string | undefined {
  return files.find((file) => file.path === path)?.sha256
}

function urlPath(path: string): string {
  return `/${path.split('/').map(encodeURIComponent).join('/')}`
}

function namesOf(path: string): string[] {
  const names = (path.split(/[?#]/)[0] ?? '').split('/').filter((name) => name !== '')
  return names.map((name) => {
    try {
      return decodeURIComponent(name)
    } catch {
      return name
    }
  })
}

function runsInBrowser(): boolean {
  return 'document' in globalThis || 'importScripts' in globalThis
}

function secureRandom(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32
}

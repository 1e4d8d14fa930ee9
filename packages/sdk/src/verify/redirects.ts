import { DomainSyncError } from '@domainsync/core'

/** Largest `_redirects` file that is read, in bytes. */
export const MAX_REDIRECTS_BYTES = 65_536

/** Statuses that a rule may answer with. */
const MOVES: readonly number[] = [301, 302, 303, 307, 308]
const REWRITES: readonly number[] = [200, 404, 410, 451]

/** One line of `_redirects`. `to` is a path for rewrites, a path or an http(s) URL for redirects; ASCII, as a header has to be. */
export interface RedirectRule {
  readonly from: readonly string[]
  readonly to: string
  readonly status: number
}

/** The first matching rule with its placeholders filled in; percent-encoded. */
export interface Redirect {
  readonly status: number
  readonly to: string
  /** True: answer with the file at `to`; false: send the reader there. */
  readonly rewrite: boolean
}

/**
 * Reads a `_redirects` file (IPFS web redirects file specification): `from to [status]` a line, `#` comments, `:name`
 * placeholders, one `*` at the end of `from`.
 *
 * @throws DomainSyncError `REDIRECTS_INVALID` naming the line; the file is then refused whole.
 */
export function parseRedirects(bytes: Uint8Array): RedirectRule[] {
  if (bytes.length > MAX_REDIRECTS_BYTES) throw invalid(`it is larger than ${MAX_REDIRECTS_BYTES} bytes`)
  const text = new TextDecoder().decode(bytes)
  return text.split(/\r?\n/).flatMap((line, index) => {
    const words = line.trim().split(/\s+/)
    return line.trim() === '' || line.trim().startsWith('#') ? [] : [parseRule(words, index + 1)]
  })
}

/** The first rule that matches a path, given as decoded names. */
export function matchRedirect(rules: readonly RedirectRule[], names: readonly string[]): Redirect | undefined {
  for (const { from, to, status } of rules) {
    const values = matchNames(from, names)
    if (values) return { status, to: fill(to, values), rewrite: REWRITES.includes(status) }
  }
  return undefined
}

function parseRule(words: readonly string[], line: number): RedirectRule {
  const [from = '', to = '', status = '301', ...rest] = words
  const code = Number(status)
  if (to === '' || rest.length > 0) throw invalid(`line ${line} is not "from to [status]"`)
  if (!/^\d{3}$/.test(status) || ![...MOVES, ...REWRITES].includes(code)) {
    throw invalid(`line ${line} has the status "${status.slice(0, 20)}"`)
  }
  if (/\p{Cc}/u.test(from + to)) throw invalid(`line ${line} holds a control character`)
  const names = from.split('/').slice(1)
  const splat = names.indexOf('*')
  if (!from.startsWith('/') || from.slice(0, -1).includes('*') || (splat !== -1 && splat !== names.length - 1)) {
    throw invalid(`line ${line} does not start with a path (a "*" may only stand alone at its end)`)
  }
  if (from.endsWith('*') && splat === -1) throw invalid(`line ${line} has a "*" that does not stand alone after "/"`)
  if (!isTarget(to, REWRITES.includes(code)))
    throw invalid(`line ${line} goes to no path${code === 200 ? '' : ' or http URL'}`)
  return {
    from: names.map(decodeName).filter((name, index) => name !== '' || index < names.length - 1),
    to: inAscii(to),
    status: code,
  }
}

function isTarget(to: string, rewrite: boolean): boolean {
  if (to.startsWith('/')) return !/^\/[/\\]/.test(to)
  return !rewrite && /^https?:\/\/[^/:]/.test(to) && URL.canParse(to)
}

/** What a browser would make of it: characters beyond ASCII percent-encoded, those of a host name as A-labels. */
function inAscii(to: string): string {
  if (/^\p{ASCII}*$/u.test(to)) return to
  return to.startsWith('/') ? to.replace(/\P{ASCII}+/gu, encodeURIComponent) : new URL(to).href
}

function matchNames(from: readonly string[], names: readonly string[]): Map<string, string> | undefined {
  const splat = from.at(-1) === '*'
  const fixed = splat ? from.slice(0, -1) : from
  if (splat ? names.length < fixed.length : names.length !== fixed.length) return undefined
  const values = new Map<string, string>()
  for (const [index, pattern] of fixed.entries()) {
    const name = names[index] ?? ''
    if (/^:[A-Za-z]\w*$/.test(pattern)) values.set(pattern, encodeURIComponent(name))
    else if (pattern !== name) return undefined
  }
  if (splat) values.set(':splat', names.slice(fixed.length).map(encodeURIComponent).join('/'))
  return values
}

/** Values are percent-encoded name by name, so none can break out of the path; `/` + `:splat` must not become `//host`. */
function fill(to: string, values: ReadonlyMap<string, string>): string {
  const filled = to.replace(/:[A-Za-z]\w*/g, (placeholder) => values.get(placeholder) ?? placeholder)
  return filled.startsWith('/') ? filled.replace(/^\/{2,}/, '/') : filled
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function invalid(what: string): DomainSyncError {
  return new DomainSyncError('REDIRECTS_INVALID', `The site's _redirects file cannot be used: ${what}.`, {
    retryable: false,
  })
}

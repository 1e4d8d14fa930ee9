/** Redirects that are followed with headers of one's own. */
const MAX_REDIRECTS = 5

export interface FetchWithOwn {
  /** For everybody. */
  readonly headers: Readonly<Record<string, string>>
  /** Tokens and the like: for the URL's origin alone. */
  readonly own: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly fetch: typeof globalThis.fetch
}

/**
 * A GET whose own headers go to no origin but the one they were given for: `fetch` takes all but `Authorization` along to wherever a
 * redirect points. The last redirect is the answer when there are too many, when it points nowhere, and in browsers, which do not say
 * where a redirect points.
 */
export async function fetchWithOwn(url: string, { headers, own, signal, fetch }: FetchWithOwn): Promise<Response> {
  if (Object.keys(own).length === 0) return await fetch(url, { headers, signal })
  const { origin } = new URL(url)
  let at = url
  let sent: FetchWithOwn['headers'] = { ...headers, ...own }
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(at, { headers: sent, signal, redirect: 'manual' })
    const target = redirects < MAX_REDIRECTS ? targetOf(response, at) : undefined
    if (target === undefined) return response
    await response.body?.cancel()
    // Nor are they sent again on the way back: somebody else chose what would be asked with them.
    if (target.origin !== origin) sent = headers
    at = target.href
  }
}

function targetOf({ status, headers }: Response, base: string): URL | undefined {
  const location = headers.get('location')
  if (![301, 302, 303, 307, 308].includes(status) || location === null || !URL.canParse(location, base))
    return undefined
  return new URL(location, base)
}

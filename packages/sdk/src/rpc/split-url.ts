/**
 * An http(s) URL and, apart from it, the credentials it carried as a header: browsers refuse to fetch a URL with credentials, and
 * messages must not show them. `undefined` for anything else; the text is not repeated, since it may hold a key.
 */
export function splitUrl(
  text: string | URL,
): { readonly url: URL; readonly authorization: { readonly authorization?: string } } | undefined {
  if (!URL.canParse(`${text}`)) return undefined
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  const { username, password } = url
  if (username === '' && password === '') return { url, authorization: {} }
  url.username = ''
  url.password = ''
  const credentials = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
  return { url, authorization: { authorization: `Basic ${btoa(String.fromCharCode(...credentials))}` } }
}

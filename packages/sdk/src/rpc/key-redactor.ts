/** Shorter parts of a URL (`v2`, `rpc`) are no keys, and would be found in many words. */
const MIN_KEY_LENGTH = 4

/** Some operators repeat in an error the key that the URL of a request had: what such a URL holds beyond its origin is taken out. */
export function keyRedactor(url: string | URL): (text: string) => string {
  const { username, password, pathname, searchParams } = new URL(url)
  const encoded = [username, password, ...pathname.split('/'), ...searchParams.values()]
  const parts = [...new Set([...encoded, ...encoded.map(decode)])]
    .filter((part) => part.length >= MIN_KEY_LENGTH)
    .sort((a, b) => b.length - a.length)
  return (text) => parts.reduce((left, part) => left.replaceAll(part, '…'), text)
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

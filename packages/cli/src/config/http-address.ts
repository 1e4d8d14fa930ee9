import { ConfigError } from './config-error.ts'

/** A multiaddr of TCP, such as a Kubo's own configuration shows: `/ip4/127.0.0.1/tcp/5001`. */
const MULTIADDR = /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/(\d+)(\/https|\/tls)?/
/** `127.0.0.1:5001`, `node.example`, and what may follow. */
const HOST = /^(\[[\da-f:]+\]|[\w.-]+)(:\d{1,5})?(?=[/?#]|$)/i
const LOOPBACK = /^(?:localhost|127\.[\d.]+|\[::1\])$/i

/** What is wrong with a text that must be the address of an HTTP server, as the end of a sentence; `undefined` when nothing is. */
export function httpAddressFault(text: string): string | undefined {
  if (isHttpAddress(text)) return undefined
  const meant = meantAddress(text)
  return `this is no http address; write ${meant ?? 'one such as http://127.0.0.1:5001'}`
}

/**
 * The address that a secret holds. Nothing of it is shown: it may have a key in its path.
 *
 * @throws ConfigError `CONFIG_INVALID`
 */
export function requireHttpAddress(text: string, { place, source }: { place: string; source: string }): string {
  if (isHttpAddress(text)) return text
  throw new ConfigError(
    'CONFIG_INVALID',
    `${place}: ${source} holds no http address; it must begin with http:// or https://, as in http://127.0.0.1:5001.`,
  )
}

function isHttpAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text)
}

/** Host and port of what was written, as an address; never a path, which may hold a key. */
function meantAddress(text: string): string | undefined {
  const [, addressHost, addressPort, secure] = MULTIADDR.exec(text) ?? []
  if (addressHost !== undefined) {
    const host = addressHost.includes(':') ? `[${addressHost}]` : addressHost
    return `http${secure === undefined ? '' : 's'}://${host}:${addressPort}`
  }
  const [found, host, port = ''] = HOST.exec(text) ?? []
  if (found === undefined || host === undefined) return undefined
  const address = `http${port !== '' || LOOPBACK.test(host) ? '' : 's'}://${found}`
  if (!URL.canParse(address)) return undefined
  return found === text ? address : `${address} and what follows`
}

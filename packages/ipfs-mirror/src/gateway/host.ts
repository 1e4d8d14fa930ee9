import { isIP } from 'node:net'
import { CID } from 'multiformats/cid'

/**
 * What the Host header asks for. `address`: the gateway itself, by IP address or `localhost`. `content`: one root as its own
 * origin, `<cid>.ipfs.localhost`. `site`: a domain, with or without `.localhost` behind it. Names are lower-case, without port.
 */
export type HostName =
  | { readonly kind: 'address' }
  | { readonly kind: 'content'; readonly name: string; readonly root: CID }
  | { readonly kind: 'site'; readonly name: string }

const LOCALHOST = '.localhost'
const CONTENT = '.ipfs.localhost'
const MAX_NAME_LENGTH = 253

/** Reads a Host header; `undefined` when it is missing or is not a host (RFC 9110, 7.2), which is answered 400. */
export function parseHost(header: string | undefined): HostName | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{0,5})?$/i.exec(header ?? '') ?? []
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { kind: 'address' } : undefined
  const name = plain?.toLowerCase().replace(/\.$/, '')
  if (!name || name.length > MAX_NAME_LENGTH || !name.split('.').every(isLabel)) return undefined
  if (isIP(name) === 4 || name === 'localhost') return { kind: 'address' }
  if (name.endsWith(CONTENT)) {
    const root = parseRoot(name.slice(0, -CONTENT.length))
    return root && { kind: 'content', name, root }
  }
  return { kind: 'site', name: name.endsWith(LOCALHOST) ? name.slice(0, -LOCALHOST.length) : name }
}

function isLabel(label: string): boolean {
  return label.length > 0 && label.length <= 63
}

function parseRoot(label: string): CID | undefined {
  try {
    return CID.parse(label)
  } catch {
    return undefined
  }
}

/**
 * A configuration for people's eyes: a secret is shown as where it comes from and whether it is there, a server's URL as its
 * origin. Addresses of sites are public, and shown.
 */
export function maskSecrets(value: unknown, env: Readonly<Record<string, string | undefined>>): unknown {
  if (Array.isArray(value)) return value.map((item) => maskSecrets(item, env))
  if (typeof value === 'string') return maskUrl(value)
  if (typeof value !== 'object' || value === null) return value
  if (isVariable(value)) return `env ${value.env} (${env[value.env] ? 'set' : 'not set'})`
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'domains' ? item : maskSecrets(item, env)]),
  )
}

function isVariable(value: object): value is { readonly env: string } {
  return Object.keys(value).length === 1 && 'env' in value && typeof value.env === 'string'
}

/** Operators put keys anywhere behind the origin, and before it. */
function maskUrl(text: string): string {
  if (!/^https?:\/\//i.test(text)) return text
  if (!URL.canParse(text)) return '…'
  const { protocol, username, password, host, origin, href } = new URL(text)
  const user = username || password ? '…@' : ''
  const rest = href.slice(href.indexOf(host) + host.length)
  return user || rest !== '/' ? `${protocol}//${user}${host}${rest === '/' ? '' : '/…'}` : origin
}

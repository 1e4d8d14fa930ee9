/** What a provider knows its customer by: a token, as a bearer or bare in a header of the provider's own; or a user. */
export type Credentials =
  | { readonly token: string; readonly header?: string | undefined }
  | { readonly user: string; readonly password: string }

/** The header that carries them. */
export function credentialHeaders(credentials: Credentials): Record<string, string> {
  if (!('token' in credentials)) return { authorization: `Basic ${basicOf(credentials)}` }
  const { token, header } = credentials
  return header === undefined ? { authorization: `Bearer ${token}` } : { [header]: token }
}

/** So much of a secret's beginning, in characters, is taken for the secret: servers cut what they repeat. */
const TELLTALE_CHARS = 8

/** A text without them, nor beginnings of them: providers repeat in their answers what they were sent. */
export function withoutSecrets(text: string, credentials: Credentials | undefined): string {
  const secrets = credentials === undefined ? [] : secretsOf(credentials)
  return secrets.flatMap(writtenForms).reduce(withoutSecret, text)
}

function withoutSecret(text: string, secret: string): string {
  const beginning = secret.slice(0, TELLTALE_CHARS)
  if (beginning === '') return text
  const [clean = '', ...rest] = text.replaceAll(secret, '…').split(beginning)
  return clean + rest.map((after) => `…${after.slice(sameStart(after, secret.slice(TELLTALE_CHARS)))}`).join('')
}

/** How many characters both begin with. */
function sameStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}

/** As it is, in JSON and in a URL. */
function writtenForms(secret: string): string[] {
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])]
}

/** A URL as operators write it, `https://user:password@host`, taken apart: a request must not carry them in its address. */
export function splitUrl(url: string): { base: string; credentials: Credentials | undefined } {
  const parsed = new URL(url)
  const { username, password } = parsed
  parsed.username = ''
  parsed.password = ''
  const base = parsed.href.replace(/\/+$/, '')
  if (!username && !password) return { base, credentials: undefined }
  return { base, credentials: { user: decodeURIComponent(username), password: decodeURIComponent(password) } }
}

function secretsOf(credentials: Credentials): string[] {
  return 'token' in credentials ? [credentials.token] : [basicOf(credentials), credentials.password]
}

function basicOf({ user, password }: { readonly user: string; readonly password: string }): string {
  return Buffer.from(`${user}:${password}`).toString('base64')
}

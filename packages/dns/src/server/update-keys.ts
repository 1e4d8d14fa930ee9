import { canonicalName } from '../wire/name.ts'
import { type TsigKey, tsigKey } from '../wire/tsig.ts'

/** A key that may update, and what. */
export interface UpdateKeyConfig {
  readonly name: string
  /** Base64, at least 16 bytes. */
  readonly secret: string
  /** `hmac-sha256` (default), `hmac-sha384` or `hmac-sha512`. */
  readonly algorithm?: string
  /** The names whose TXT records it may write: `_dnslink.<domain>` of its domains, nothing else. */
  readonly names: readonly string[]
}

/** A key and its policy, checked. */
export interface UpdateKey {
  readonly key: TsigKey
  readonly names: ReadonlySet<string>
}

/** By key name. @throws DnsError `DNS_KEY_INVALID` */
export function updateKeys(configs: readonly UpdateKeyConfig[]): ReadonlyMap<string, UpdateKey> {
  return new Map(
    configs.map((config) => {
      const key = tsigKey(config)
      return [key.name, { key, names: new Set(config.names.map(canonicalName)) }]
    }),
  )
}

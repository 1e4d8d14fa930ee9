import type { AccountRole } from '../config/account.ts'
import type { ResolvedConfig } from '../config/schema.ts'

/** The secrets that a command reads. */
export interface ConfigSecrets {
  /** Names of environment variables. */
  readonly env: readonly string[]
  /** Paths as the configuration has them. */
  readonly files: readonly string[]
}

/** The secrets of a configuration that a holder of these keys reads: of `keys` only those, of everything else all. */
export function secretsOf(
  { keys, ...rest }: ResolvedConfig,
  roles: readonly (AccountRole | 'release')[],
): ConfigSecrets {
  const env = new Set<string>()
  const files = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const source = value as { readonly env?: unknown; readonly file?: unknown }
    if (typeof source.env === 'string') env.add(source.env)
    if (typeof source.file === 'string') files.add(source.file)
    Object.values(value).forEach(visit)
  }
  visit([roles.map((role) => keys[role]), rest])
  return { env: [...env].sort(), files: [...files].sort() }
}

/** The repository's secret that holds a file: `keys/healer.json` → `KEYS_HEALER_JSON`. */
export function secretNameOf(file: string): string {
  const name = file
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return /^\d|^GITHUB_/.test(name) ? `FILE_${name}` : name
}

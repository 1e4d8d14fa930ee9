import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError } from './config-error.ts'
import { requireHttpAddress } from './http-address.ts'
import type { SecretSource } from './secret-schema.ts'

/** Where secrets are looked up. */
export interface SecretContext {
  /** Folder of the configuration: relative paths start there. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The value of a secret, without surrounding white space.
 *
 * @throws ConfigError `SECRET_MISSING` naming the variable or file, and what wants it.
 */
export async function readSecret(
  source: SecretSource,
  { folder, env }: SecretContext,
  wantedBy: string,
): Promise<string> {
  if ('env' in source) {
    const value = env[source.env]?.trim()
    if (value) return value
    throw new ConfigError(
      'SECRET_MISSING',
      `${wantedBy} needs the environment variable ${source.env}, which is not set.`,
    )
  }
  const path = resolve(folder, source.file)
  try {
    if (((await stat(path)).mode & 0o077) !== 0) {
      throw new ConfigError('SECRET_MISSING', `${wantedBy}: ${path} can be read by others; run "chmod 600 ${path}".`)
    }
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError('SECRET_MISSING', `${wantedBy} needs the file ${path}, which cannot be read.`, { cause })
  }
}

/**
 * The address of an HTTP server, which may be in a secret.
 *
 * @throws ConfigError `SECRET_MISSING`; `CONFIG_INVALID` when the secret holds no such address
 */
export async function readHttpAddress(
  source: string | SecretSource,
  context: SecretContext,
  wantedBy: string,
): Promise<string> {
  if (typeof source === 'string') return source
  const where = 'env' in source ? `the environment variable ${source.env}` : `the file ${source.file}`
  return requireHttpAddress(await readSecret(source, context, wantedBy), { place: wantedBy, source: where })
}

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConfigError } from './config-error.ts'
import { parseConfig } from './parse-config.ts'
import type { ResolvedConfig } from './schema.ts'
import type { SecretContext } from './secret.ts'

/** The file that is read when no other is named. */
export const CONFIG_FILE = 'domainsync.config.ts'

/** A configuration with the place that its relative paths and secrets refer to. */
export interface LoadedConfig extends SecretContext {
  readonly file: string
  readonly values: ResolvedConfig
}

/**
 * Loads a configuration file; Node strips its types, so nothing needs to be installed beside it.
 *
 * @throws ConfigError `CONFIG_MISSING` or `CONFIG_INVALID`.
 */
export async function loadConfig(path = CONFIG_FILE, { env = process.env } = {}): Promise<LoadedConfig> {
  const file = resolve(path)
  const text = await readFile(file).catch((cause) => {
    throw new ConfigError('CONFIG_MISSING', `There is no configuration at ${file}.`, {
      cause,
      next: 'domainsync init <domain>',
    })
  })
  // Node keeps a module by its URL: one that was changed since needs another.
  const url = `${pathToFileURL(file)}?${createHash('sha256').update(text).digest('hex')}`
  const module = await import(url).catch((cause) => {
    throw new ConfigError('CONFIG_INVALID', `${placeOf(cause, file)} cannot be loaded: ${messageOf(cause)}`, { cause })
  })
  if (module.default === undefined) {
    throw new ConfigError(
      'CONFIG_INVALID',
      `${file} has no default export; write "export default { … } satisfies Config".`,
    )
  }
  return { file, folder: dirname(file), env, values: parseConfig(module.default) }
}

/** The file, and the line when Node says it: in the first line of a syntax error's stack, in a frame of any other. */
function placeOf(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [, line] =
    [file, pathToFileURL(file).href]
      .filter((name) => stack.includes(name))
      .map((name) => /^(?:\?[0-9a-f]*)?:(\d+)/.exec(stack.slice(stack.indexOf(name) + name.length)))
      .find((found) => found !== null) ?? []
  return line === undefined ? file : `${file}:${line}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

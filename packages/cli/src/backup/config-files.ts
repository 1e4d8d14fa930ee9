import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError } from '../config/config-error.ts'

/** `from './x.ts'`, `import './x.ts'`, `import('./x.ts')`: what a configuration reads besides packages. */
const RELATIVE = /(?:\bfrom|\bimport|\bimport\s*\()\s*['"](\.{1,2}\/[^'"]+)['"]/g

/**
 * The configuration's file and those that it imports, and they import.
 *
 * @throws ConfigError `CONFIG_INVALID` when one cannot be read
 */
export async function configFiles(file: string): Promise<string[]> {
  const found = new Set([file])
  for (const path of found) {
    const text = await readFile(path, 'utf8').catch((cause: unknown) => {
      throw new ConfigError('CONFIG_INVALID', `${path}, which the configuration imports, cannot be read.`, { cause })
    })
    for (const [, specifier] of text.matchAll(RELATIVE)) found.add(resolve(dirname(path), specifier!))
  }
  return [...found]
}

import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { DomainName } from '@domainsync/core'
import { decodeRotations, type Rotation } from '@domainsync/pq'
import { ConfigError } from './config-error.ts'
import type { LoadedConfig } from './load-config.ts'

/** Where the signed exchanges of a domain's keys are kept. */
export function rotationFile(domain: DomainName, { folder, values }: LoadedConfig): string {
  return join(resolve(folder, values.rotations), `${domain}.json`)
}

/**
 * The signed exchanges of a domain's keys, the oldest first; none when there is no file.
 *
 * @throws ConfigError `ROTATIONS_UNREADABLE`
 */
export async function readRotations(domain: DomainName, config: LoadedConfig): Promise<readonly Rotation[]> {
  const path = rotationFile(domain, config)
  try {
    return decodeRotations(await readFile(path))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new ConfigError('ROTATIONS_UNREADABLE', `${path} cannot be read as a list of key rotations.`, {
      cause,
      next: 'restore it from a copy; or take it away: those of the live release are kept',
    })
  }
}

import { type Bytes32, parseDomainName } from '@domainsync/core'
import type { LoadedConfig } from './load-config.ts'

/** The release keys that a configuration pins, by domain. */
export function configuredPins({ values }: LoadedConfig): Readonly<Record<string, Bytes32>> {
  return Object.fromEntries(
    Object.entries(values.domains).flatMap(([name, { pinnedKey }]) =>
      pinnedKey === undefined ? [] : [[parseDomainName(name), pinnedKey as Bytes32]],
    ),
  )
}

import { join, resolve } from 'node:path'
import type { LoadedConfig } from '../config/load-config.ts'

/** Where this machine keeps what must survive a restart. */
export interface StateFolder {
  readonly journal: string
  readonly blocks: string
  readonly cars: string
  /** What a domain's folder looked like when it was imported last. */
  importCache(domain: string): string
}

export function stateFolder({ folder, values }: LoadedConfig): StateFolder {
  const state = resolve(folder, values.state)
  return {
    journal: resolve(folder, values.agent.store.path),
    blocks: join(state, 'publisher', 'blocks'),
    cars: join(state, 'publisher', 'cars'),
    importCache: (domain) => join(state, 'publisher', `${domain}.import-cache`),
  }
}

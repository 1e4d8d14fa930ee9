import { existsSync } from 'node:fs'
import { CONFIG_FILE, type LoadedConfig, loadConfig } from './config/load-config.ts'
import type { Terminal } from './output/terminal.ts'

/** The global flags. */
export interface GlobalFlags {
  readonly config?: string
  readonly json: boolean
  readonly yes: boolean
  readonly dryRun: boolean
  /** Show identifiers whole. */
  readonly full: boolean
  readonly quiet: boolean
}

/** What every command gets. */
export interface CommandContext {
  readonly flags: GlobalFlags
  readonly terminal: Terminal
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal
  loadConfig(): Promise<LoadedConfig>
  /** For a command that works without one as well: `undefined` when none is here and none is named. One that is named has to be there. */
  findConfig(): Promise<LoadedConfig | undefined>
}

export function createCommandContext(parts: Omit<CommandContext, 'loadConfig' | 'findConfig'>): CommandContext {
  const { config } = parts.flags
  let loaded: Promise<LoadedConfig> | undefined
  const load = () => {
    // What a command writes about its work is for its owner alone.
    process.umask(0o077)
    loaded ??= loadConfig(config)
    return loaded
  }
  return {
    ...parts,
    loadConfig: load,
    findConfig: async () => (config !== undefined || existsSync(CONFIG_FILE) ? load() : undefined),
  }
}

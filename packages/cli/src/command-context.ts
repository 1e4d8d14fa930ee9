import { type LoadedConfig, loadConfig } from './config/load-config.ts'
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
}

export function createCommandContext(parts: Omit<CommandContext, 'loadConfig'>): CommandContext {
  let loaded: Promise<LoadedConfig> | undefined
  return {
    ...parts,
    loadConfig: () => {
      // What a command writes about its work is for its owner alone.
      process.umask(0o077)
      loaded ??= loadConfig(parts.flags.config)
      return loaded
    },
  }
}

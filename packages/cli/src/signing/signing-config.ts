import type { CommandContext } from '../command-context.ts'
import type { LoadedConfig } from '../config/load-config.ts'

/** Key files that are named; where none is, the configuration's are used, if there is one. */
export interface SigningKeyOptions {
  readonly releaseKey?: string
  readonly signerKey?: string
}

/** The configuration whose keys sign: none while key files are named. */
export async function signingConfig({
  releaseKey,
  signerKey,
  findConfig,
}: SigningKeyOptions & CommandContext): Promise<LoadedConfig | undefined> {
  return releaseKey === undefined && signerKey === undefined ? findConfig() : undefined
}

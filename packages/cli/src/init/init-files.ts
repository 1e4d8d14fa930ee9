import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { LoadedConfig } from '../config/load-config.ts'
import { GENERATED_SECRETS } from './render-config.ts'
import { renderWorkflows, type Workflows } from './render-workflows.ts'
import type { ToolSource } from './tool-source.ts'
import { type NewFile, writeNewFile } from './write-new-file.ts'

/** What became of a file: one that is there already is never touched. */
export type FileOutcome = 'written' | 'kept' | 'planned'

/** Folders that no commit may take: keys, the journal, backups, and the checkout of a workflow. */
export const IGNORED_FOLDERS = ['keys', 'state', 'backups', '.domainsync'] as const

/** Signed exchanges of keys are public, and belong to the configuration. */
const IGNORED = `${IGNORED_FOLDERS.map((name) => `/${name}/*\n`).join('')}!/keys/rotations/\n`

/** Everything that `init` makes beside the configuration. */
export function initFiles(
  { file, config }: { file: string; config: LoadedConfig },
  { workflows, source }: { workflows: boolean; source: ToolSource | undefined },
): { files: NewFile[]; secrets: Workflows['secrets'] } {
  const folder = dirname(file)
  const made = renderWorkflows(config, { file: basename(file), source })
  return {
    files: [
      ...GENERATED_SECRETS.map((name) => ({
        path: join(folder, 'keys', name),
        text: `${randomBytes(32).toString('base64')}\n`,
        mode: 0o600,
      })),
      { path: join(folder, '.gitignore'), text: IGNORED },
      ...(workflows ? made.files.map(({ path, text }) => ({ path: join(folder, path), text })) : []),
    ],
    secrets: made.secrets,
  }
}

/** Writes what is not there; with `dryRun` only says what would be written. */
export async function makeFiles(
  files: readonly NewFile[],
  { dryRun }: { dryRun: boolean },
): Promise<{ path: string; outcome: FileOutcome }[]> {
  const made: { path: string; outcome: FileOutcome }[] = []
  for (const file of files) {
    const { path } = file
    if (dryRun) made.push({ path, outcome: existsSync(path) ? 'kept' : 'planned' })
    else made.push({ path, outcome: (await writeNewFile(file)) ? 'written' : 'kept' })
  }
  return made
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONFIG_FILE, type LoadedConfig, loadConfig } from '../config/load-config.ts'

/**
 * A configuration that is not written yet, as it will load: what was typed is checked before anything is there.
 *
 * @throws ConfigError `CONFIG_INVALID`
 */
export async function loadRendered(text: string): Promise<LoadedConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'domainsync-init-'))
  try {
    const file = join(folder, CONFIG_FILE)
    await writeFile(file, text)
    return await loadConfig(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

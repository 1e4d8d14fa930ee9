import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** The Kubo that tests run: `KUBO_BINARY`, then PATH, then what `scripts/build-kubo.mjs` built. */
export function findKubo(): string | undefined {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'ipfs'))
  const candidates = [process.env.KUBO_BINARY, ...onPath, join(cache, 'domainsync', 'kubo-0.42.0', 'ipfs')]
  return candidates.find((path): path is string => path !== undefined && isExecutable(path))
}

/** Set when Kubo tests cannot run here. In CI that is a failure: nothing may go untested unseen. */
export function kuboAbsence(): string | undefined {
  if (findKubo()) return undefined
  const sentence = 'Kubo is not here: run "node scripts/build-kubo.mjs" (needs Go) or set KUBO_BINARY.'
  if (process.env.CI) throw new Error(sentence)
  console.warn(`Skipped: ${sentence}`)
  return sentence
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

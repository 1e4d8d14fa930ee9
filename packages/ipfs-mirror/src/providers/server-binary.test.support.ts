import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A server that tests run for real. */
export interface ServerBinary {
  /** Path of the binary; `undefined` when it is not on this machine. */
  find(): string | undefined
  /** Set when its tests cannot run here. In CI that is a failure: nothing may go untested unseen. */
  absence(): string | undefined
}

interface Place {
  readonly name: string
  /** The environment variable that names it first of all. */
  readonly variable: string
  readonly file: string
  /** Folder of the cache that `script` builds it into. */
  readonly cached: string
  readonly script: string
}

export const KUBO = serverBinary({
  name: 'Kubo',
  variable: 'KUBO_BINARY',
  file: 'ipfs',
  cached: 'kubo-0.42.0',
  script: 'scripts/build-kubo.mjs',
})

export const IPFS_CLUSTER = serverBinary({
  name: 'IPFS Cluster',
  variable: 'IPFS_CLUSTER_BINARY',
  file: 'ipfs-cluster-service',
  cached: 'ipfs-cluster-1.1.6',
  script: 'scripts/build-ipfs-cluster.mjs',
})

/** What the variable names, then PATH, then what the script built. */
function serverBinary({ name, variable, file, cached, script }: Place): ServerBinary {
  const find = () => {
    const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
    const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, file))
    const candidates = [process.env[variable], ...onPath, join(cache, 'domainsync', cached, file)]
    return candidates.find((path): path is string => path !== undefined && isExecutable(path))
  }
  const absence = () => {
    if (find()) return undefined
    const sentence = `${name} is not here: run "node ${script}" (needs Go) or set ${variable}.`
    if (process.env.CI) throw new Error(sentence)
    console.warn(`Skipped: ${sentence}`)
    return sentence
  }
  return { find, absence }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

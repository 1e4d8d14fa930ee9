import { execFileSync } from 'node:child_process'
import { KUBO } from '../providers/server-binary.test.support.ts'

/** Kubo's command line on a repository of its own, with the profile of our imports. */
export interface KuboRepository {
  run(args: readonly string[], input?: Uint8Array): Buffer
  /** The root that `ipfs add` gives a folder. */
  rootOf(folder: string): string
}

/** Makes a repository in a folder that does not exist yet. */
export function createKuboRepository(path: string): KuboRepository {
  const env = { ...process.env, IPFS_PATH: path }
  const run = (args: readonly string[], input?: Uint8Array) =>
    execFileSync(KUBO.find()!, args, { env, input, maxBuffer: 2 ** 30, stdio: ['pipe', 'pipe', 'pipe'] })
  run(['init', '--profile', 'test'])
  run(['config', 'profile', 'apply', 'unixfs-v1-2025'])
  return { run, rootOf: (folder) => run(['add', '-r', '-Q', '--hidden', '--only-hash', folder]).toString().trim() }
}

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A commit of a repository on GitHub. */
export interface ToolSource {
  /** `owner/name` */
  readonly repository: string
  /** 40 hex digits. */
  readonly ref: string
}

/** Where this package lies in its own repository; elsewhere the repository around it is not DomainSync's. */
const PLACE = /^packages\/cli\/(src|dist)\/init\/$/

/** The commit that runs now and the repository it came from; `undefined` when that is no checkout of a commit on GitHub. */
export async function readToolSource(folder = import.meta.dirname): Promise<ToolSource | undefined> {
  try {
    if (!PLACE.test(await git(folder, 'rev-parse', '--show-prefix'))) return undefined
    const ref = await git(folder, 'rev-parse', '--verify', 'HEAD')
    const pushed = await git(folder, 'branch', '--remotes', '--contains', ref)
    const remote = await git(folder, 'remote', 'get-url', 'origin')
    const repository = /github\.com[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(remote)?.[1]
    return repository === undefined || pushed === '' ? undefined : { repository, ref }
  } catch {
    // No git, no repository, no commit, no remote: there is nothing to name.
    return undefined
  }
}

async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args])
  return stdout.trim()
}

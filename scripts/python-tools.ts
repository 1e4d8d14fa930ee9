import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The folder of the programs that a requirements file names, in a Python environment in the cache; made when it is not there.
 * The file pins every package: dependencies that it does not name are not installed.
 */
export function pythonTools(requirementsFile: string): string {
  const requirements = readFileSync(requirementsFile)
  const version = python('python3', ['-c', 'import sys; print(sys.version)'])
  const id = createHash('sha256').update(requirements).update(version).digest('hex').slice(0, 12)
  const environment = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'domainsync', `python-${id}`)
  const complete = join(environment, 'complete')
  if (!existsSync(complete)) {
    console.error(`Installing ${requirementsFile} into ${environment} …`)
    rmSync(environment, { recursive: true, force: true })
    mkdirSync(environment, { recursive: true })
    python('python3', ['-m', 'venv', environment])
    python(join(environment, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', requirementsFile])
    writeFileSync(complete, '')
  }
  return join(environment, 'bin')
}

function python(command: string, args: string[]): string {
  const { error, status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] })
  if (error) throw new Error(`Python 3.11 or newer is needed and did not start: ${error.message}.`)
  if (status !== 0) throw new Error(`"${command} ${args.join(' ')}" failed with exit code ${status}; see above.`)
  return stdout
}

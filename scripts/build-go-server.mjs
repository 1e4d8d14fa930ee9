// Builds a server that the tests run from Go modules, into a cache outside the checkout; does nothing when it is there.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Path of the binary. Ends the process with a sentence when it cannot be built.
 *
 * @param {{ name: string, version: string, module: string, command: string }} server `command` is the folder of the binary's
 * package within the module.
 */
export function buildGoServer({ name, version, module, command }) {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'domainsync', `${name}-${version}`)
  const file = command.split('/').at(-1)
  const binary = join(cache, process.platform === 'win32' ? `${file}.exe` : file)
  if (existsSync(binary)) return binary
  const what = `${name} ${version}`
  const target = `${module}/${command}`
  const folder = mkdtempSync(join(tmpdir(), `build-${name}-`))
  try {
    // `go install …@version` asks for the list of versions; a module that requires the version does not.
    writeFileSync(
      join(folder, 'go.mod'),
      `module build\n\ngo 1.26\n\ntool ${target}\n\nrequire ${module} v${version}\n`,
    )
    go(what, folder, 'mod', 'tidy')
    mkdirSync(cache, { recursive: true })
    // Built beside its place: a half-written binary must never be taken for a finished one.
    const part = `${binary}.${process.pid}`
    go(what, folder, 'build', '-trimpath', '-o', part, target)
    renameSync(part, binary)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return binary
}

/** @param {string} what @param {string} cwd @param {string[]} args */
function go(what, cwd, ...args) {
  const { error, status } = spawnSync('go', args, { cwd, stdio: ['ignore', 2, 2] })
  if (error) fail(`Go is needed to build ${what} and did not start: ${error.message}.`)
  if (status !== 0) fail(`go ${args[0]} failed with exit code ${status}; ${what} was not built.`)
}

/** @param {string} sentence */
function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}

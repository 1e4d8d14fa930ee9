// Builds Kubo from Go modules into a cache outside the checkout and prints the binary's path; does nothing when it is there.
// The tests find it through KUBO_BINARY, then PATH, then this cache (packages/ipfs-mirror/src/testing/kubo-binary.ts).
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** 0.43 needs a forked module that the proxy does not have. */
const VERSION = '0.42.0'
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'domainsync', `kubo-${VERSION}`)
const binary = join(cache, process.platform === 'win32' ? 'ipfs.exe' : 'ipfs')

if (!existsSync(binary)) build()
console.log(binary)

function build() {
  const folder = mkdtempSync(join(tmpdir(), 'build-kubo-'))
  try {
    // `go install …@version` asks for the list of versions; a module that requires the version does not.
    writeFileSync(
      join(folder, 'go.mod'),
      `module build\n\ngo 1.26\n\ntool github.com/ipfs/kubo/cmd/ipfs\n\nrequire github.com/ipfs/kubo v${VERSION}\n`,
    )
    go(folder, 'mod', 'tidy')
    mkdirSync(cache, { recursive: true })
    // Built beside its place: a half-written binary must never be taken for a finished one.
    const part = `${binary}.${process.pid}`
    go(folder, 'build', '-trimpath', '-o', part, 'github.com/ipfs/kubo/cmd/ipfs')
    renameSync(part, binary)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} cwd @param {string[]} args */
function go(cwd, ...args) {
  const { error, status } = spawnSync('go', args, { cwd, stdio: ['ignore', 2, 2] })
  if (error) fail(`Go is needed to build Kubo ${VERSION} and did not start: ${error.message}.`)
  if (status !== 0) fail(`go ${args[0]} failed with exit code ${status}; Kubo ${VERSION} was not built.`)
}

/** @param {string} sentence */
function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sources } from '../mutation/compile.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const COPIED = [
  'contracts',
  'deploy',
  'scripts',
  'test/contracts',
  'snapshots',
  'hardhat.config.ts',
  'package.json',
  'cache',
]
const LINKED = ['node_modules', 'packages', 'tsconfig.base.json']
/** They compare gas and bytes, which measuring changes. */
const NOT_RUN = ['test/contracts/RegistryGas.t.sol', 'test/contracts/snapshots.test.ts']

export interface Measured {
  /** What was reported, 32 bytes as hex each. */
  readonly tags: ReadonlySet<string>
  /** Hardhat's own report of lines, in lcov's format. */
  readonly lcov: string
}

/** Runs the contract tests over changed sources in a copy of the project, with Hardhat's coverage. */
export async function measure(sources: Sources): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'domainsync-coverage-'))
  try {
    for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true })
    for (const path of LINKED) symlinkSync(join(ROOT, path), join(folder, path))
    for (const path of NOT_RUN) rmSync(join(folder, path))
    for (const [file, source] of Object.entries(sources)) writeFileSync(join(folder, file), source)
    const hardhat = join(folder, 'node_modules/hardhat/dist/src/cli.js')
    const child = spawn(process.execPath, [hardhat, 'test', '--coverage'], { cwd: folder, stdio: ['ignore', 2, 2] })
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) throw new Error('The tests do not pass while coverage is measured; see above.')
    const reported = globSync('coverage/data/*/*.json', { cwd: folder }).map((file) =>
      readFileSync(join(folder, file), 'utf8'),
    )
    return {
      tags: new Set(reported.flatMap((text) => Object.keys(JSON.parse(text)))),
      lcov: readFileSync(join(folder, 'coverage/lcov.info'), 'utf8'),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

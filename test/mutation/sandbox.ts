import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const COPIED = [
  'contracts',
  'deploy',
  'scripts',
  'test/contracts',
  'snapshots',
  'artifacts',
  'cache',
  'hardhat.config.ts',
  'package.json',
]
const LINKED = ['node_modules', 'packages']
const ARTIFACT = 'artifacts/contracts/DomainSyncRegistry.sol/DomainSyncRegistry.json'
/** The slowest of the tests: asked when the others noticed nothing. */
const DIFFERENTIAL = 'test/contracts/differential.test.ts'
/** A mutant that makes the tests run on and on is noticed. */
const LIMIT_MS = 600_000

/** A copy of the project whose registry can be exchanged. */
export interface Sandbox extends Disposable {
  /** Whether a contract test fails with this creation code (hex without 0x). */
  notices(creationCode: string): Promise<boolean>
  /** Whether a Solidity fuzz or invariant test fails with this source. */
  noticesSource(file: string, source: string): Promise<boolean>
}

export function openSandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'domainsync-mutants-'))
  for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true })
  for (const path of LINKED) symlinkSync(join(ROOT, path), join(folder, path))
  const artifact = JSON.parse(readFileSync(join(folder, ARTIFACT), 'utf8')) as object
  const quick = globSync('test/contracts/*.test.ts', { cwd: folder }).filter((file) => file !== DIFFERENTIAL)

  const fails = async (...args: string[]): Promise<boolean> => {
    const hardhat = join(folder, 'node_modules/hardhat/dist/src/cli.js')
    const child = spawn(process.execPath, [hardhat, 'test', ...args], {
      cwd: folder,
      stdio: 'ignore',
      timeout: LIMIT_MS,
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    return code !== 0
  }

  return {
    async notices(creationCode) {
      writeFileSync(join(folder, ARTIFACT), JSON.stringify({ ...artifact, bytecode: `0x${creationCode}` }))
      const mocha = ['mocha', '--no-compile', '--bail']
      return (await fails(...mocha, ...quick)) || (await fails(...mocha, DIFFERENTIAL))
    },
    async noticesSource(file, source) {
      const path = join(folder, file)
      const before = readFileSync(path)
      writeFileSync(path, source)
      const noticed = await fails('solidity')
      writeFileSync(path, before)
      return noticed
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

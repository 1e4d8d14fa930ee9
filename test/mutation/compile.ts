import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const solc = require('solc') as { compile(input: string, callbacks: object): string }
const ROOT = join(import.meta.dirname, '..', '..')
const CONTRACT = 'contracts/DomainSyncRegistry.sol'

export type Sources = Readonly<Record<string, string>>

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly message: string }[]
  readonly sources: Record<string, { readonly ast: unknown }>
  readonly contracts?: Record<
    string,
    Record<string, { evm: Record<'bytecode' | 'deployedBytecode', { object: string }> }>
  >
}

/** The contracts of the project, by path. */
export function readSources(): Sources {
  const files = globSync('contracts/**/*.sol', { cwd: ROOT })
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))
}

/** solc's AST of each file. */
export function astsOf(sources: Sources): Record<string, unknown> {
  const { sources: parsed } = compile(sources, { '*': { '': ['ast'] } })
  return Object.fromEntries(Object.keys(sources).map((file) => [file, parsed[file]!.ast]))
}

/**
 * Creation code of the registry by the old code generator, which is five times as fast as the one that is deployed.
 *
 * @returns `undefined` when solc refuses the source.
 */
export function creationCodeOf(sources: Sources): string | undefined {
  const { contracts } = compile(sources, { [CONTRACT]: { DomainSyncRegistry: ['evm.bytecode.object'] } })
  return contracts?.[CONTRACT]?.DomainSyncRegistry?.evm.bytecode.object
}

function compile(sources: Sources, outputSelection: object): Output {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(sources).map(([file, content]) => [file, { content }])),
    settings: { optimizer: { enabled: true, runs: 1 }, evmVersion: 'osaka', outputSelection },
  }
  const imported = (path: string) => ({ contents: readFileSync(require.resolve(path), 'utf8') })
  return JSON.parse(solc.compile(JSON.stringify(input), { import: imported })) as Output
}

import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { writeForgeArtifact } from './forge-artifact.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/**
 * Compiles `test/proofs` for halmos into a folder.
 *
 * @returns the names of the checks, by contract.
 */
export function compileProofs(folder: string): Map<string, string[]> {
  const files = globSync('test/proofs/**/*.sol', { cwd: ROOT })
  const output = compile({
    language: 'Solidity',
    sources: Object.fromEntries(files.map((file) => [file, { content: readFileSync(join(ROOT, file), 'utf8') }])),
    settings: {
      evmVersion: 'osaka',
      optimizer: { enabled: true },
      outputSelection: {
        '*': { '': ['ast'], '*': ['abi', 'metadata', 'evm.bytecode', 'evm.deployedBytecode', 'evm.methodIdentifiers'] },
      },
    },
  })
  const checks = new Map<string, string[]>()
  for (const file of files) {
    for (const [name, { abi, metadata, evm }] of Object.entries(output.contracts[file] ?? {})) {
      writeForgeArtifact(folder, basename(file), name, {
        ...evm,
        abi,
        metadata: JSON.parse(metadata),
        ...output.sources[file]!,
      })
      checks.set(
        name,
        Object.keys(evm.methodIdentifiers).filter((signature) => signature.startsWith('check_')),
      )
    }
  }
  return checks
}

interface Compiled {
  errors?: { severity: string; formattedMessage: string }[]
  sources: Record<string, { ast: unknown; id: number }>
  contracts: Record<string, Record<string, CompiledContract>>
}

interface CompiledContract {
  abi: unknown[]
  metadata: string
  evm: {
    bytecode: { object: string; linkReferences: object }
    deployedBytecode: { object: string }
    methodIdentifiers: Record<string, string>
  }
}

/** The compiler of the project. Imports are files of the repository or of its packages. */
export function compile(input: object): Compiled {
  const solc = createRequire(import.meta.url)('solc') as Solc
  const read = (path: string) => ({ contents: readFileSync(join(ROOT, path.replace(/^@/, 'node_modules/@')), 'utf8') })
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as Compiled
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return output
}

interface Solc {
  compile(input: string, callbacks: { import(path: string): { contents: string } }): string
}

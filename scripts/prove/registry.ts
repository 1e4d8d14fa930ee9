import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile } from './compile-proofs.ts'
import { writeForgeArtifact } from './forge-artifact.ts'
import type { Mutant } from './mutants.ts'

const ARTIFACTS = join(import.meta.dirname, '..', '..', 'artifacts')
const FILE = 'DomainSyncRegistry.sol'
const NAME = 'DomainSyncRegistry'

interface Registry {
  abi: { type: string; name?: string; stateMutability?: string }[]
  bytecode: string
  deployedBytecode: string
  buildInfoId: string
}

/** The registry as Hardhat built it: the bytes that are deployed. */
export function builtRegistry(): Registry {
  return JSON.parse(readFileSync(join(ARTIFACTS, 'contracts', FILE, `${NAME}.json`), 'utf8'))
}

/** The functions that can change its state. */
export function writingFunctions({ abi }: Registry): string[] {
  const writes = abi.filter(({ type, stateMutability }) => type === 'function' && !/pure|view/.test(stateMutability!))
  return writes.map(({ name }) => name!)
}

/** Compiles the registry with one change, everything else as Hardhat did. */
export function mutatedRegistry({ file, find, replace }: Mutant): Registry {
  const built = builtRegistry()
  const { input } = JSON.parse(readFileSync(join(ARTIFACTS, 'build-info', `${built.buildInfoId}.json`), 'utf8'))
  const source = input.sources[`project/contracts/${file}`]
  if (source?.content.split(find).length !== 2)
    throw new Error(`"${find}" is not just once in ${file}: mend mutants.ts.`)
  source.content = source.content.replace(find, () => replace)
  const main = `project/contracts/${FILE}`
  input.settings.outputSelection = { [main]: { [NAME]: ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } }
  const { abi, evm } = compile(input).contracts[main]![NAME]!
  const bytecode = { bytecode: evm.bytecode.object, deployedBytecode: evm.deployedBytecode.object }
  return { ...built, abi: abi as Registry['abi'], ...bytecode }
}

/** Puts a registry where the proofs look for it. */
export function writeRegistry(folder: string, { abi, bytecode, deployedBytecode }: Registry): void {
  const definition = { nodeType: 'ContractDefinition', name: NAME, contractKind: 'contract' }
  writeForgeArtifact(folder, FILE, NAME, {
    abi,
    bytecode: { object: bytecode, linkReferences: {} },
    deployedBytecode: { object: deployedBytecode },
    methodIdentifiers: {},
    metadata: { compiler: { version: '' } },
    ast: { absolutePath: `contracts/${FILE}`, nodes: [definition] },
    id: -1,
  })
}

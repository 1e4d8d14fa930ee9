import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { concat, getBytes, hexlify, keccak256 } from 'ethers'
import type { DeploymentRecord } from './deployment-record.ts'

interface CompiledContract {
  readonly evm: {
    readonly bytecode: { readonly object: string }
    readonly deployedBytecode: {
      readonly object: string
      readonly immutableReferences: Record<string, readonly { readonly start: number; readonly length: number }[]>
    }
  }
}

interface CompilerInput {
  readonly settings: object
}

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Record<string, Record<string, CompiledContract>>
}

/**
 * Compiles the verification input beside a record with npm's solc, offline, and compares: creation code and arguments with the
 * record's hash, the code on the chain with the compiled one. Immutables are left out of the second comparison: the first covers the
 * arguments that they come from.
 *
 * @param code What `eth_getCode` says.
 * @returns Every difference; empty when the sources are the contract.
 */
export async function recompiledDifferences(recordPath: string, code: string): Promise<string[]> {
  const record = JSON.parse(await readFile(recordPath, 'utf8')) as DeploymentRecord
  if (record.verification === undefined) return ['the record does not say how it was compiled']
  const { input, compiler, contract, constructorArgs } = record.verification
  const solc = createRequire(import.meta.url)('solc') as { version(): string; compile(input: string): string }
  const version = `v${solc.version()}`
  if (!version.startsWith(compiler)) return [`solc is ${version} here, ${compiler} in the record`]

  const colon = contract.lastIndexOf(':')
  const [source, name] = [contract.slice(0, colon), contract.slice(colon + 1)]
  const standardJson = JSON.parse(await readFile(join(dirname(recordPath), input), 'utf8')) as CompilerInput
  // one contract is a fraction of the work, and selecting less changes no byte of it
  const outputSelection = { [source]: { [name]: ['evm.bytecode.object', 'evm.deployedBytecode'] } }
  const settings = { ...standardJson.settings, outputSelection }
  const output = JSON.parse(solc.compile(JSON.stringify({ ...standardJson, settings }))) as CompilerOutput
  const error = output.errors?.find(({ severity }) => severity === 'error')
  if (error) return [error.formattedMessage]
  const compiled = output.contracts?.[source]?.[name]
  if (compiled === undefined) return [`${input} has no ${contract}`]

  const { bytecode, deployedBytecode } = compiled.evm
  const initCodeHash = keccak256(concat([`0x${bytecode.object}`, constructorArgs]))
  const masks = Object.values(deployedBytecode.immutableReferences).flat()
  return [
    ...(initCodeHash === record.initCodeHash
      ? []
      : [`the creation code hashes to ${initCodeHash}, not ${record.initCodeHash}`]),
    ...(masked(`0x${deployedBytecode.object}`, masks) === masked(code, masks)
      ? []
      : [`the code at ${record.address} is not that of the sources`]),
  ]
}

function masked(code: string, masks: readonly { readonly start: number; readonly length: number }[]): string {
  const bytes = getBytes(code)
  for (const { start, length } of masks) bytes.fill(0, start, start + length)
  return hexlify(bytes)
}

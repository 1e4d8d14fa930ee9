import { readFile } from 'node:fs/promises'
import { Interface } from 'ethers'
import type { ArtifactManager } from 'hardhat/types/artifacts'

/** What a block explorer or an auditor needs beside the standard JSON to compile a contract again. */
export interface Verification {
  /** File beside the record: solc's standard JSON input, whole. */
  readonly input: string
  /** The compiler's long version, as explorers name it. */
  readonly compiler: string
  /** `<source>:<contract>` as the input names them. */
  readonly contract: string
  /** ABI-encoded, hex. */
  readonly constructorArgs: string
}

/** The parts of a Hardhat build info that are read here. */
interface BuildInfo {
  readonly solcLongVersion: string
  readonly input: { readonly language: string; readonly sources: object; readonly settings: object }
}

/** What recompiling has to give; it does not change the bytecode. */
const OUTPUT_SELECTION = {
  '*': {
    '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'evm.deployedBytecode.immutableReferences'],
  },
}

/** What compiled a contract, from its build info: the text of the input and what to say beside it. */
export async function verificationOf(
  artifacts: ArtifactManager,
  contract: string,
  args: readonly unknown[],
): Promise<{ verification: Verification; input: string }> {
  const { abi, inputSourceName } = await artifacts.readArtifact(contract)
  const id = await artifacts.getBuildInfoId(contract)
  const path = id === undefined ? undefined : await artifacts.getBuildInfoPath(id)
  if (path === undefined) throw new Error(`${contract} has no build info; run "npm run hardhat -- build --force"`)
  const { solcLongVersion, input } = JSON.parse(await readFile(path, 'utf8')) as BuildInfo
  const { language, sources, settings } = input
  return {
    verification: {
      input: `${contract}.input.json`,
      compiler: `v${solcLongVersion}`,
      contract: `${inputSourceName}:${contract}`,
      constructorArgs: new Interface(abi).encodeDeploy([...args]),
    },
    input: `${JSON.stringify({ language, sources, settings: { ...settings, outputSelection: OUTPUT_SELECTION } })}\n`,
  }
}

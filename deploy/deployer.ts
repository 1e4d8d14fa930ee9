import { join } from 'node:path'
import { ContractFactory, dataLength, keccak256, type Provider, type Signer } from 'ethers'
import type { ArtifactManager } from 'hardhat/types/artifacts'
import { creationOf } from './creation-of.ts'
import { DeployError } from './deploy-error.ts'
import { type DeploymentRecord, readRecord, recordMismatches, writeRecord } from './deployment-record.ts'
import { deterministicAddress, deterministicDeployment, hasProxy, installProxy } from './deterministic-proxy.ts'
import { settled } from './settled.ts'
import { verificationOf } from './verification-input.ts'
import { writeWhole } from './write-whole.ts'

/** What became of one contract. `planned`: a dry run. */
export interface Deployment {
  readonly contract: string
  readonly address: string
  readonly status: 'deployed' | 'unchanged' | 'recorded' | 'planned'
  readonly method: DeploymentRecord['method']
  readonly args: readonly unknown[]
  readonly block: number | null
  readonly transaction: string | null
  readonly gas: bigint
  /** Bytes of calldata still to be sent: what an L2 pays mainnet for. */
  readonly calldataBytes: number
}

/** Everything that a deployment needs of the world. */
export interface DeployerOptions {
  readonly artifacts: ArtifactManager
  readonly provider: Provider
  readonly signer: Signer
  readonly chainId: number
  /** Folder of this network's records; none for a chain that ends with the process. */
  readonly folder: string | undefined
  readonly dryRun: boolean
  readonly log: (line: string) => void
}

/** Deploys contracts so that running again changes nothing. */
export class Deployer {
  readonly #options: DeployerOptions

  constructor(options: DeployerOptions) {
    this.#options = options
  }

  /**
   * Deploys a contract, or finds it: in the record, or on the chain when the record was never written.
   *
   * @throws DeployError `DEPLOY_RECORD_MISMATCH` when a record is about another chain or other code.
   */
  async deploy(contract: string, args: readonly unknown[]): Promise<Deployment> {
    const { artifacts, provider, signer, chainId, folder, dryRun } = this.#options
    const { abi, bytecode } = await artifacts.readArtifact(contract)
    const initCode = (await new ContractFactory(abi, bytecode).getDeployTransaction(...args)).data
    const genesisHash = (await provider.getBlock(0))!.hash!
    const path = folder === undefined ? undefined : join(folder, `${contract}.json`)
    const { verification, input } = await verificationOf(artifacts, contract, args)
    const base = { contract, chainId, genesisHash, initCodeHash: keccak256(initCode), args, abi, verification }
    const write = async (record: DeploymentRecord) => {
      if (folder === undefined || dryRun) return
      // first the input: where a record is, its input is too
      await writeWhole(join(folder, verification.input), input)
      await writeRecord(join(folder, `${contract}.json`), record)
    }

    const record = path === undefined ? undefined : await readRecord(path)
    if (record !== undefined) {
      const mismatches = recordMismatches(record, base, await this.#hasCode(record.address))
      if (mismatches.length > 0) throw mismatch(path!, mismatches)
      return outcome(record, 'unchanged', 0n)
    }

    if (!dryRun) await settled(provider, await signer.getAddress())
    const address = deterministicAddress(initCode)
    if (await this.#hasCode(address)) {
      const found = { ...base, method: 'create2', address, ...(await creationOf(provider, address)) } as const
      await write(found)
      return outcome(found, 'recorded', 0n)
    }
    if (dryRun) {
      const method = 'create2'
      const calldataBytes = dataLength(deterministicDeployment(initCode).data)
      return { contract, args, address, method, status: 'planned', calldataBytes, ...(await this.#estimate(initCode)) }
    }
    const { gas, ...sent } = await this.#send(initCode, address)
    await write({ ...base, ...sent })
    return outcome({ ...base, ...sent }, 'deployed', gas)
  }

  async #hasCode(address: string): Promise<boolean> {
    return (await this.#options.provider.getCode(address)) !== '0x'
  }

  /** Without the proxy the same code as a plain transaction: nearly the same gas. */
  async #estimate(initCode: string): Promise<Pick<Deployment, 'gas' | 'block' | 'transaction'>> {
    const { provider, signer } = this.#options
    const from = await signer.getAddress()
    const request = (await hasProxy(provider)) ? deterministicDeployment(initCode) : { data: initCode }
    return { gas: await provider.estimateGas({ from, ...request }), block: null, transaction: null }
  }

  async #send(initCode: string, expected: string) {
    const { provider, signer, log } = this.#options
    const refusal = await installProxy(signer, provider)
    if (refusal !== undefined) {
      log(`The deterministic deployment proxy cannot be installed here (${refusal}).`)
      log(
        'Deploying plainly: the address is this chain’s own, and a run killed before its record is written deploys again.',
      )
    }
    const request = refusal === undefined ? deterministicDeployment(initCode) : { data: initCode }
    const receipt = await (await signer.sendTransaction(request)).wait()
    const address = refusal === undefined ? expected : receipt!.contractAddress!
    if (!(await this.#hasCode(address))) {
      throw new DeployError('DEPLOY_NO_CODE', `Transaction ${receipt!.hash} was mined but left no code at ${address}.`)
    }
    const method: DeploymentRecord['method'] = refusal === undefined ? 'create2' : 'create'
    return { address, method, block: receipt!.blockNumber, transaction: receipt!.hash, gas: receipt!.gasUsed }
  }
}

function outcome(record: DeploymentRecord, status: Deployment['status'], gas: bigint): Deployment {
  const { contract, address, method, args, block, transaction } = record
  return { contract, address, status, method, args, block, transaction, gas, calldataBytes: 0 }
}

function mismatch(path: string, mismatches: readonly string[]): DeployError {
  return new DeployError(
    'DEPLOY_RECORD_MISMATCH',
    `${path} is not about this chain and these sources: ${mismatches.join('; ')}. Move it away to deploy anew.`,
    { state: 'Nothing was sent or written.', retryable: false },
  )
}

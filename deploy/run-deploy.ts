import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { verifyContract } from '@nomicfoundation/hardhat-verify/verify'
import { formatEther, formatUnits } from 'ethers'
import type { HardhatRuntimeEnvironment } from 'hardhat/types/hre'
import { errorResult, successfulResult } from 'hardhat/utils/result'
import { DomainSyncError } from '../packages/core/src/domain-sync-error.ts'
import type { DeployContext, DeployScript } from './deploy-context.ts'
import { Deployer, type Deployment } from './deployer.ts'
import { readSettings, type SettingOptions } from './settings.ts'

/** The chain id of Hardhat's and Foundry's nodes. */
export const LOCAL_CHAIN_ID = 31337

/** Options of `hardhat deploy`. */
export interface DeployTaskOptions extends SettingOptions {
  readonly deployments: string
  readonly dryRun: boolean
  readonly verify: boolean
  readonly json: boolean
}

/** Runs the numbered scripts against one network, prints what became of each contract. */
export async function runDeploy(options: DeployTaskOptions, hre: HardhatRuntimeEnvironment) {
  try {
    const outcome = await deployAll(options, hre)
    if (options.json)
      console.log(JSON.stringify(outcome, (_, value) => (typeof value === 'bigint' ? `${value}` : value)))
    return successfulResult()
  } catch (error) {
    if (!(error instanceof DomainSyncError)) throw error
    console.error(`${error.code}: ${error.message}${error.state ? ` ${error.state}` : ''}`)
    if (options.json) console.log(JSON.stringify({ error: { code: error.code, message: error.message } }))
    return errorResult()
  }
}

async function deployAll(options: DeployTaskOptions, hre: HardhatRuntimeEnvironment) {
  await hre.tasks.getTask('build').run({ quiet: true, noTests: true })
  const { ethers, networkName, networkConfig } = await hre.network.create()
  const { provider } = ethers
  const chainId = Number((await provider.getNetwork()).chainId)
  const [signer] = await ethers.getSigners()
  const settings = readSettings(options, {
    local: chainId === LOCAL_CHAIN_ID,
    deployer: signer!.address,
    env: process.env,
  })
  // a simulated chain ends with this process: a record of it would only be wrong
  const lasting = networkConfig.type === 'http'
  const folder = lasting ? resolve(hre.config.paths.root, options.deployments, networkName) : undefined
  const { dryRun } = options
  const log = (line: string) => console.log(line)
  const deployer = new Deployer({ artifacts: hre.artifacts, provider, signer: signer!, chainId, folder, dryRun, log })
  console.log(`${networkName}: chain ${chainId}, deployer ${signer!.address}`)

  const deployed = new Map<string, Deployment>()
  const context: DeployContext = {
    settings,
    deployed,
    async deploy(contract, args) {
      const deployment = await deployer.deploy(contract, args)
      deployed.set(contract, deployment)
      console.log(describe(deployment))
      return deployment
    },
  }
  for (const script of await numberedScripts()) await script(context)

  const contracts = Object.fromEntries(deployed)
  const gas = [...deployed.values()].reduce((sum, deployment) => sum + deployment.gas, 0n)
  if (options.dryRun) {
    const { gasPrice } = await provider.getFeeData()
    console.log(
      `${gas} gas, ${formatEther(gas * gasPrice!)} ETH at ${formatUnits(gasPrice!, 'gwei')} gwei; nothing was sent.`,
    )
  }
  if (options.verify && !options.dryRun) await verifyAll([...deployed.values()], hre)
  return { network: networkName, chainId, dryRun: options.dryRun, gas, contracts }
}

async function numberedScripts(): Promise<DeployScript[]> {
  const files = (await readdir(import.meta.dirname)).filter((file) => /^\d\d_.*\.ts$/.test(file)).sort()
  const modules = files.map((file) => import(join(import.meta.dirname, file)) as Promise<{ deploy: DeployScript }>)
  return (await Promise.all(modules)).map((module) => module.deploy)
}

async function verifyAll(deployments: readonly Deployment[], hre: HardhatRuntimeEnvironment): Promise<void> {
  for (const { address, args, transaction } of deployments) {
    const creationTxHash = transaction === null ? {} : { creationTxHash: transaction }
    for (const provider of ['etherscan', 'sourcify'] as const) {
      if (!hre.config.verify[provider].enabled) continue
      const constructorArgs = provider === 'etherscan' ? { constructorArgs: [...args] } : creationTxHash
      await verifyContract({ address, provider, ...constructorArgs }, hre)
    }
  }
}

function describe({ contract, address, status, method, block, gas }: Deployment): string {
  const plain = method === 'create' ? ', plainly' : ''
  switch (status) {
    case 'deployed':
      return `${contract} ${address}: deployed in block ${block}, ${gas} gas${plain}`
    case 'unchanged':
      return `${contract} ${address}: unchanged since block ${block}`
    case 'recorded':
      return `${contract} ${address}: was on the chain already${block === null ? '' : ` (block ${block})`}`
    case 'planned':
      return `${contract} ${address}: would be deployed, ${gas} gas`
  }
}

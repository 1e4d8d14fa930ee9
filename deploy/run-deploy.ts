import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { verifyContract } from '@nomicfoundation/hardhat-verify/verify'
import type { HardhatRuntimeEnvironment } from 'hardhat/types/hre'
import { errorResult, successfulResult } from 'hardhat/utils/result'
import { DomainSyncError } from '../packages/core/src/domain-sync-error.ts'
import { PREPARE_LOCK, withLock } from '../scripts/prepare-lock.mjs'
import type { DeployContext, DeployScript } from './deploy-context.ts'
import { LOCAL_CHAIN_ID, openTarget } from './deploy-target.ts'
import { Deployer, type Deployment } from './deployer.ts'
import { costOf, describeCost } from './deployment-cost.ts'
import { readFee, readSettings, type SettingOptions } from './settings.ts'

/** Options of `hardhat deploy`. */
export interface DeployTaskOptions extends SettingOptions {
  readonly deployments: string
  readonly dryRun: boolean
  readonly everyNetwork: boolean
  readonly fee: string
  readonly verify: boolean
  readonly json: boolean
}

/** Runs the numbered scripts against one network, prints what became of each contract; a dry run may look at every network. */
export async function runDeploy(options: DeployTaskOptions, hre: HardhatRuntimeEnvironment) {
  try {
    const feeWei = readFee(options)
    await build(hre)
    const outcomes = []
    for (const network of networksOf(options, hre)) outcomes.push(await deployTo(network, { options, feeWei, hre }))
    const outcome = options.everyNetwork ? { networks: outcomes } : outcomes[0]
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

/** Hardhat writes its cache to one file, also when nothing changed: two builds at once trip over each other. */
async function build({ tasks }: HardhatRuntimeEnvironment): Promise<void> {
  await withLock(PREPARE_LOCK, () => tasks.getTask('build').run({ quiet: true, noTests: true }))
}

function networksOf({ everyNetwork }: DeployTaskOptions, hre: HardhatRuntimeEnvironment): string[] {
  if (!everyNetwork) return [hre.globalOptions.network ?? 'default']
  const networks = Object.entries(hre.config.networks)
  return networks.filter(([, { type }]) => type === 'http').map(([name]) => name)
}

async function deployTo(
  network: string,
  { options, feeWei, hre }: { options: DeployTaskOptions; feeWei: bigint | undefined; hre: HardhatRuntimeEnvironment },
) {
  const { dryRun } = options
  const target = await openTarget(hre, { network, rehearse: dryRun && feeWei !== undefined })
  const { ethers, chainId, isLasting, isRehearsal } = target
  const { provider } = ethers
  const [signer] = await ethers.getSigners()
  const deployer = signer!.address
  const settings = readSettings(options, { local: chainId === LOCAL_CHAIN_ID, deployer, env: process.env })
  const folder = isLasting ? resolve(hre.config.paths.root, options.deployments, network) : undefined
  const log = (line: string) => console.log(line)
  const { artifacts } = hre
  const contracts = new Deployer({ artifacts, provider, signer: signer!, chainId, folder, dryRun, log })
  log(
    `${network}: chain ${chainId}, ${isRehearsal ? `rehearsed in this process (${hardforkOf(hre)})` : `deployer ${deployer}`}`,
  )

  const deployed = new Map<string, Deployment>()
  const context: DeployContext = {
    settings,
    deployed,
    async deploy(contract, args) {
      const deployment = await contracts.deploy(contract, args)
      deployed.set(contract, deployment)
      log(describe(deployment))
      return deployment
    },
  }
  for (const script of await numberedScripts()) await script(context)

  const deployments = [...deployed.values()]
  const cost = dryRun ? await costOf(target, deployments, feeWei) : undefined
  if (cost) log(`${describeCost(cost)}; nothing was sent.`)
  if (options.verify && !dryRun) await verifyAll(deployments, hre)
  await target.close()
  const gas = deployments.reduce((sum, deployment) => sum + deployment.gas, 0n)
  return { network, chainId, dryRun, isRehearsal, gas, ...cost, contracts: Object.fromEntries(deployed) }
}

function hardforkOf({ config }: HardhatRuntimeEnvironment): string {
  const { default: simulated } = config.networks
  return simulated?.type === 'edr-simulated' ? `${simulated.hardfork} rules` : ''
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

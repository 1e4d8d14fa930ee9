import type { HardhatEthers } from '@nomicfoundation/hardhat-ethers/types'
import type { HardhatRuntimeEnvironment } from 'hardhat/types/hre'
import { DeployError } from './deploy-error.ts'
import { installProxy } from './deterministic-proxy.ts'

/** The chain id of Hardhat's and Foundry's nodes. */
export const LOCAL_CHAIN_ID = 31337
/** How long a network may take to say its chain id, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000

/** A network to deploy to, or a chain inside this process that stands in for it. */
export interface DeployTarget {
  readonly network: string
  readonly ethers: HardhatEthers
  readonly chainId: number
  /** An OP-stack chain: it charges for mainnet's data too. */
  readonly isOpStack: boolean
  /** Nothing was asked of the network itself; gas is that of this process's rules. */
  readonly isRehearsal: boolean
  /** False: it ends with this process, and a record of it would only be wrong. */
  readonly isLasting: boolean
  close(): Promise<void>
}

/**
 * Connects to a network.
 *
 * @param options.rehearse A dry run with a given fee: where the network does not answer or has no key, a chain inside this process stands in.
 * @throws DeployError `DEPLOY_NETWORK_UNUSABLE`
 */
export async function openTarget(
  hre: HardhatRuntimeEnvironment,
  { network, rehearse }: { network: string; rehearse: boolean },
): Promise<DeployTarget> {
  try {
    return await connect(hre, network)
  } catch (cause) {
    if (rehearse) return standIn(hre, network)
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    throw new DeployError(
      'DEPLOY_NETWORK_UNUSABLE',
      `${network} cannot be used: ${reason} Gas and cost without it: --dry-run --fee <gwei>.`,
      { cause, state: 'Nothing was sent.' },
    )
  }
}

async function connect(hre: HardhatRuntimeEnvironment, network: string): Promise<DeployTarget> {
  const connection = await hre.network.create(network)
  const { ethers, networkConfig } = connection
  try {
    const late = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
    const silence = new Promise<never>((_, reject) => {
      late.onabort = () => reject(new Error(`no answer in ${ANSWER_TIMEOUT_MS} ms.`))
    })
    const { chainId } = await Promise.race([ethers.provider.getNetwork(), silence])
    const [signer] = await ethers.getSigners()
    if (signer === undefined) throw new Error('it has no account to send from.')
    return {
      network,
      ethers,
      chainId: Number(chainId),
      isOpStack: networkConfig.chainType === 'op',
      isRehearsal: false,
      isLasting: networkConfig.type === 'http',
      close: () => connection.close(),
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}

async function standIn(hre: HardhatRuntimeEnvironment, network: string): Promise<DeployTarget> {
  const { chainType, chainId = LOCAL_CHAIN_ID } = hre.config.networks[network]!
  const connection = await hre.network.create({ network: 'default', override: { chainId } })
  const { ethers } = connection
  const [signer] = await ethers.getSigners()
  await installProxy(signer!, ethers.provider)
  const isOpStack = chainType === 'op'
  const close = () => connection.close()
  return { network, ethers, chainId, isOpStack, isRehearsal: true, isLasting: false, close }
}

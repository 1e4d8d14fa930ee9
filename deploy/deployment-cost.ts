import { Contract, formatEther, formatUnits } from 'ethers'
import type { DeployTarget } from './deploy-target.ts'
import type { Deployment } from './deployer.ts'

/** OP stack: knows what a transaction of so many bytes pays for mainnet's data, at most (Fjord). */
const GAS_PRICE_ORACLE = '0x420000000000000000000000000000000000000F'
const ORACLE_ABI = ['function getL1FeeUpperBound(uint256 unsignedTxSize) view returns (uint256)']
/** An unsigned transaction without its calldata, in bytes, at most. */
const ENVELOPE_BYTES = 100

/** What is still to be deployed costs. */
export interface DeploymentCost {
  readonly gas: bigint
  readonly feeWei: bigint
  /** Null: an OP-stack chain charges it, and was not asked. */
  readonly l1FeeWei: bigint | null
}

/** Gas and fee of everything that a dry run planned. @param feeWei Per gas; the network's own of now when not given. */
export async function costOf(
  { ethers, isOpStack, isRehearsal }: DeployTarget,
  deployments: readonly Deployment[],
  feeWei?: bigint,
): Promise<DeploymentCost> {
  const gas = deployments.reduce((sum, deployment) => sum + deployment.gas, 0n)
  const price = feeWei ?? (await ethers.provider.getFeeData()).gasPrice!
  if (!isOpStack) return { gas, feeWei: price, l1FeeWei: 0n }
  if (isRehearsal) return { gas, feeWei: price, l1FeeWei: null }
  const oracle = new Contract(GAS_PRICE_ORACLE, ORACLE_ABI, ethers.provider)
  let l1FeeWei = 0n
  for (const { calldataBytes } of deployments) {
    if (calldataBytes > 0) l1FeeWei += await oracle.getFunction('getL1FeeUpperBound')(calldataBytes + ENVELOPE_BYTES)
  }
  return { gas, feeWei: price, l1FeeWei }
}

/** One sentence for people. */
export function describeCost({ gas, feeWei, l1FeeWei }: DeploymentCost): string {
  const execution = `${gas} gas, ${formatEther(gas * feeWei)} ETH at ${formatUnits(feeWei, 'gwei')} gwei`
  if (l1FeeWei === 0n) return execution
  if (l1FeeWei === null) return `${execution}, and the L1 data fee, which only the network knows`
  return `${execution}, and at most ${formatEther(l1FeeWei)} ETH for mainnet's data`
}

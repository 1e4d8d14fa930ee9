import { getAddress, parseEther } from 'ethers'
import type { HardhatRuntimeEnvironment } from 'hardhat/types/hre'
import { errorResult, successfulResult } from 'hardhat/utils/result'
import { LOCAL_CHAIN_ID } from './deploy-target.ts'

const AMOUNT_ETHER = '10'

/** Sends ten ether of the node's first account to each address; only where ether is worth nothing. */
export async function runFund({ accounts }: { readonly accounts: readonly string[] }, hre: HardhatRuntimeEnvironment) {
  const { ethers } = await hre.network.create()
  const { chainId } = await ethers.provider.getNetwork()
  if (Number(chainId) !== LOCAL_CHAIN_ID) {
    console.error(`Chain ${chainId} is no local development chain; send ether to the keys yourself.`)
    return errorResult()
  }
  const [rich] = await ethers.getSigners()
  for (const to of accounts.map((account) => getAddress(account))) {
    const sent = await rich!.sendTransaction({ to, value: parseEther(AMOUNT_ETHER) })
    await sent.wait()
    console.log(`${to}  +${AMOUNT_ETHER} ETH`)
  }
  return successfulResult()
}

import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { HardhatRuntimeEnvironment } from 'hardhat/types/hre'
import { errorResult, successfulResult } from 'hardhat/utils/result'
import { readRecord } from './deployment-record.ts'
import { recompiledDifferences } from './recompile.ts'

/** Says of each record whether the sources beside it are what the chain runs. Needs the network's RPC and no key. */
export async function runCheckDeployment(
  { deployments }: { readonly deployments: string },
  hre: HardhatRuntimeEnvironment,
) {
  const network = hre.globalOptions.network ?? 'default'
  const folder = resolve(hre.config.paths.root, deployments, network)
  const files = (await readdir(folder).catch(() => [])).filter((file) => /^\w+\.json$/.test(file))
  if (files.length === 0) {
    console.error(`There is no record in ${folder}.`)
    return errorResult()
  }
  const { provider } = (await hre.network.create({ network, override: { accounts: 'remote' } })).ethers
  let differing = 0
  for (const file of files) {
    const path = join(folder, file)
    const { contract, address, chainId } = (await readRecord(path))!
    const differences = await recompiledDifferences(path, await provider.getCode(address))
    const here = Number((await provider.getNetwork()).chainId)
    if (here !== chainId) differences.push(`the record is of chain ${chainId}, this is ${here}`)
    if (differences.length > 0) differing++
    console.log(`${contract} ${address}: ${differences.join('; ') || 'its code is that of the sources'}`)
  }
  return differing === 0 ? successfulResult() : errorResult()
}

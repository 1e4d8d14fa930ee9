import { registryAddresses, registryBlocks } from './generated/addresses.ts'

/** The block that a registry was deployed in; `undefined` when it is not the recorded one of its chain. */
export function deploymentBlock({ chainId, registry }: { chainId: number; registry: string }): number | undefined {
  return registryAddresses[chainId] === registry.toLowerCase() ? registryBlocks[chainId] : undefined
}

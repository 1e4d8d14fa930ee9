import { expect, it } from 'vitest'
import { deploymentBlock } from './deployment-block.ts'
import { registryAddresses, registryBlocks } from './generated/addresses.ts'

it('is known for recorded registries alone', () => {
  expect(deploymentBlock({ chainId: 31337, registry: `0x${'12'.repeat(20)}` })).toBeUndefined()
  for (const [chainId, registry] of Object.entries(registryAddresses)) {
    expect(deploymentBlock({ chainId: Number(chainId), registry: registry.toUpperCase().replace('0X', '0x') })).toBe(
      registryBlocks[Number(chainId)],
    )
    expect(deploymentBlock({ chainId: Number(chainId), registry: `0x${'12'.repeat(20)}` })).toBeUndefined()
  }
})

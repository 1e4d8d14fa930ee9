import { join } from 'node:path'
import type { HardhatPlugin } from 'hardhat/types/plugins'
import { writeAbi } from './write-abi.ts'
import { writeAddresses } from './write-addresses.ts'

/** Writes the ABI as a `const` and the deployed addresses beside the TypeChain types, after every build. */
export const bindingsPlugin: HardhatPlugin = {
  id: 'domainsync-bindings',
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        async processArtifactsAfterSuccessfulBuild(context) {
          const { root } = context.config.paths
          const outDir = join(root, context.config.typechain.outDir ?? 'types')
          const { abi } = await context.artifacts.readArtifact('DomainSyncRegistry')
          await writeAbi(abi, outDir)
          await writeAddresses(join(root, 'deployments'), outDir)
        },
      }),
    }),
  },
}

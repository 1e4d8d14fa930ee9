import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeIfChanged } from './write-if-changed.ts'

/** The chain id of nodes for tests: their addresses die with them. */
const LOCAL_CHAIN_ID = 31337

/** Writes `addresses.ts` from the records `deployments/<network>/DomainSyncRegistry.json` of real chains. */
export async function writeAddresses(deployments: string, outDir: string): Promise<void> {
  const addresses: Record<number, string> = {}
  const blocks: Record<number, number> = {}
  const networks = await readdir(deployments, { withFileTypes: true }).catch(() => [])
  for (const network of networks
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()) {
    const text = await readFile(join(deployments, network, 'DomainSyncRegistry.json'), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const { chainId, address, block } = JSON.parse(text) as { chainId: number; address: string; block: number | null }
    if (chainId === LOCAL_CHAIN_ID) continue
    addresses[chainId] = address.toLowerCase()
    if (block !== null) blocks[chainId] = block
  }
  const text = `/** The registry's address by chain id, of every chain it was deployed to and recorded on. */
export const registryAddresses: Readonly<Record<number, \`0x\${string}\`>> = ${JSON.stringify(addresses, null, 2)}

/** The block of that deployment by chain id, where it is known. */
export const registryBlocks: Readonly<Record<number, number>> = ${JSON.stringify(blocks, null, 2)}
`
  await writeIfChanged(join(outDir, 'addresses.ts'), text)
}

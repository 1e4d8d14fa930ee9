import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeIfChanged } from './write-if-changed.ts'

/** The chain id of nodes for tests: their addresses die with them. */
const LOCAL_CHAIN_ID = 31337

/** Writes `addresses.ts` from the records `deployments/<network>/DomainSyncRegistry.json` of real chains. */
export async function writeAddresses(deployments: string, outDir: string): Promise<void> {
  const addresses: Record<number, string> = {}
  const networks = await readdir(deployments, { withFileTypes: true }).catch(() => [])
  for (const network of networks
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()) {
    const text = await readFile(join(deployments, network, 'DomainSyncRegistry.json'), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const { chainId, address } = JSON.parse(text) as { chainId: number; address: string }
    if (chainId !== LOCAL_CHAIN_ID) addresses[chainId] = address.toLowerCase()
  }
  const text = `/** The registry's address by chain id, of every chain it was deployed to and recorded on. */
export const registryAddresses: Readonly<Record<number, \`0x\${string}\`>> = ${JSON.stringify(addresses, null, 2)}
`
  await writeIfChanged(join(outDir, 'addresses.ts'), text)
}

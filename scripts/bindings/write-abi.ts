import { join } from 'node:path'
import { writeIfChanged } from './write-if-changed.ts'

/** Writes `abi.ts`: the registry's ABI with its literal types. */
export async function writeAbi(abi: readonly unknown[], outDir: string): Promise<void> {
  const text = `/** The ABI of DomainSyncRegistry, with its literal types. */
export const registryAbi = ${JSON.stringify(abi, null, 2)} as const
`
  await writeIfChanged(join(outDir, 'abi.ts'), text)
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What halmos reads of a compiled contract: the form in which forge writes it. */
export interface ForgeArtifact {
  readonly abi: readonly unknown[]
  readonly bytecode: { readonly object: string; readonly linkReferences: object }
  readonly deployedBytecode: { readonly object: string }
  readonly methodIdentifiers: Readonly<Record<string, string>>
  readonly metadata: unknown
  readonly ast: unknown
  readonly id: number
}

/** Writes `<folder>/out/<file>/<contract>.json`. */
export function writeForgeArtifact(folder: string, file: string, contract: string, artifact: ForgeArtifact): void {
  const place = join(folder, 'out', file)
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, `${contract}.json`), JSON.stringify(artifact))
}

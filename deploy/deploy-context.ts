import type { Deployment } from './deployer.ts'
import type { DeploySettings } from './settings.ts'

/** What a numbered script gets. */
export interface DeployContext {
  readonly settings: DeploySettings
  /** By contract name, what the scripts before this one deployed. */
  readonly deployed: ReadonlyMap<string, Deployment>
  deploy(contract: string, args: readonly unknown[]): Promise<Deployment>
}

/** A numbered script: `deploy/<NN>_<name>.ts` exports it as `deploy`. */
export type DeployScript = (context: DeployContext) => Promise<void>

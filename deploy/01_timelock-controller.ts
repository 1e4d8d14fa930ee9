import { ZeroAddress } from 'ethers'
import type { DeployScript } from './deploy-context.ts'

/** OpenZeppelin's timelock: the only one that names and dismisses registrars. It administers itself. */
export const deploy: DeployScript = async ({ settings, deploy }) => {
  await deploy('TimelockController', [settings.delayS, [settings.owner], [settings.owner], ZeroAddress])
}

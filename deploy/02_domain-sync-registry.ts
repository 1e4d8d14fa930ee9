import type { DeployScript } from './deploy-context.ts'

/** The registry. Immutable: the quorum is for ever, the registrars are the timelock's. */
export const deploy: DeployScript = async ({ settings, deployed, deploy }) => {
  const timelock = deployed.get('TimelockController')!.address
  await deploy('DomainSyncRegistry', [timelock, settings.registrars, settings.quorum])
}

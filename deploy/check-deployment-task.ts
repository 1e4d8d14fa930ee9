import { task } from 'hardhat/config'

/** `hardhat check-deployment --network <name>`: see {@link ./run-check-deployment.ts}. */
export const checkDeploymentTask = task(
  'check-deployment',
  'Compiles the sources beside the records again, offline, and compares them with the code on the chain',
)
  .addOption({
    name: 'deployments',
    description: 'Folder of the records, one folder per network',
    defaultValue: 'deployments',
  })
  .setAction(async () => ({ default: (await import('./run-check-deployment.ts')).runCheckDeployment }))
  .build()

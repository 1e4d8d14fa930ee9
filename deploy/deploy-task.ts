import { task } from 'hardhat/config'

/** `hardhat deploy --network <name>`: see {@link ./run-deploy.ts}. */
export const deployTask = task('deploy', 'Deploys the registry, or finds that it is there already')
  .addOption({
    name: 'deployments',
    description: 'Folder of the records, one folder per network',
    defaultValue: 'deployments',
  })
  .addOption({
    name: 'registrars',
    description: 'Addresses that may attest registrations, comma-separated (or DOMAINSYNC_REGISTRARS)',
    defaultValue: '',
  })
  .addOption({
    name: 'quorum',
    description: 'Registrars that must sign, for ever (or DOMAINSYNC_QUORUM; default 1)',
    defaultValue: '',
  })
  .addOption({
    name: 'owner',
    description: 'Proposer and executor of the timelock that names registrars (or DOMAINSYNC_TIMELOCK_OWNER)',
    defaultValue: '',
  })
  .addOption({
    name: 'delay',
    description: "The timelock's delay in seconds (or DOMAINSYNC_TIMELOCK_DELAY; default two days)",
    defaultValue: '',
  })
  .addOption({
    name: 'fee',
    description: 'With --dry-run: gwei per gas; a network that does not answer is then rehearsed',
    defaultValue: '',
  })
  .addFlag({ name: 'dryRun', description: "Print gas and cost at today's fee; send nothing, write nothing" })
  .addFlag({ name: 'everyNetwork', description: 'With --dry-run: each configured network' })
  .addFlag({ name: 'verify', description: 'Publish the sources through hardhat-verify afterwards' })
  .addFlag({ name: 'json', description: 'Print the outcome as one line of JSON at the end' })
  .setAction(async () => ({ default: (await import('./run-deploy.ts')).runDeploy }))
  .build()

import { task } from 'hardhat/config'
import { ArgumentType } from 'hardhat/types/arguments'

/** `hardhat fund <address…> --network localhost`: see {@link ./run-fund.ts}. */
export const fundTask = task('fund', 'Gives new keys ether on a local development chain')
  .addVariadicArgument({ name: 'accounts', type: ArgumentType.STRING, description: 'Addresses' })
  .setAction(async () => ({ default: (await import('./run-fund.ts')).runFund }))
  .build()

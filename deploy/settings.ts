import { getAddress, isAddress, parseUnits } from 'ethers'
import { DeployError } from './deploy-error.ts'

/** Registrars are named and dismissed by the timelock after this long. */
export const TIMELOCK_DELAY_S = 2 * 24 * 60 * 60

/** What the registry and its timelock are deployed with. */
export interface DeploySettings {
  readonly registrars: readonly string[]
  readonly quorum: number
  readonly owner: string
  readonly delayS: number
}

/** Options of the command line; empty means not given. */
export interface SettingOptions {
  readonly registrars: string
  readonly quorum: string
  readonly owner: string
  readonly delay: string
}

/**
 * Reads the settings from options, then the environment. On a local chain the deployer stands in for what is not given;
 * elsewhere nobody is guessed.
 *
 * @throws DeployError `DEPLOY_SETTING_MISSING`, `DEPLOY_SETTING_INVALID`.
 */
export function readSettings(
  options: SettingOptions,
  { local, deployer, env }: { local: boolean; deployer: string; env: Readonly<Record<string, string | undefined>> },
): DeploySettings {
  const given = (option: string, variable: string) => option || env[variable] || (local ? deployer : missing(variable))
  const registrars = given(options.registrars, 'DOMAINSYNC_REGISTRARS')
    .split(',')
    .map((text) => address(text, 'DOMAINSYNC_REGISTRARS'))
  const quorum = count(options.quorum || env.DOMAINSYNC_QUORUM || '1', 'DOMAINSYNC_QUORUM')
  const distinct = new Set(registrars).size
  if (quorum === 0 || distinct < quorum || distinct < registrars.length) {
    throw new DeployError(
      'DEPLOY_SETTING_INVALID',
      `A quorum of ${quorum} needs as many different registrars; ${registrars.length} were given, ${distinct} different.`,
      { state: 'Nothing was sent.', retryable: false },
    )
  }
  return {
    registrars,
    quorum,
    owner: address(given(options.owner, 'DOMAINSYNC_TIMELOCK_OWNER'), 'DOMAINSYNC_TIMELOCK_OWNER'),
    delayS: count(options.delay || env.DOMAINSYNC_TIMELOCK_DELAY || `${TIMELOCK_DELAY_S}`, 'DOMAINSYNC_TIMELOCK_DELAY'),
  }
}

/**
 * The fee of a dry run in wei per gas, `undefined` when the network shall be asked.
 *
 * @throws DeployError `DEPLOY_SETTING_INVALID`, also when it would not be a dry run.
 */
export function readFee(options: { fee: string; dryRun: boolean; everyNetwork: boolean }): bigint | undefined {
  if (!options.dryRun && (options.fee || options.everyNetwork)) {
    throw new DeployError('DEPLOY_SETTING_INVALID', '--fee and --every-network are for --dry-run.', {
      state: 'Nothing was sent.',
      retryable: false,
    })
  }
  if (!options.fee) return undefined
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(options.fee)) throw invalid(options.fee, '--fee', 'a number of gwei')
  return parseUnits(options.fee, 'gwei')
}

function missing(variable: string): never {
  throw new DeployError('DEPLOY_SETTING_MISSING', `Set ${variable}: only a local chain has a default for it.`, {
    state: 'Nothing was sent.',
    retryable: false,
  })
}

function address(text: string, variable: string): string {
  if (!isAddress(text.trim())) throw invalid(text, variable, 'an address')
  return getAddress(text.trim())
}

function count(text: string, variable: string): number {
  if (!/^\d{1,15}$/.test(text)) throw invalid(text, variable, 'a whole number')
  return Number(text)
}

function invalid(text: string, variable: string, what: string): DeployError {
  return new DeployError('DEPLOY_SETTING_INVALID', `"${text}" in ${variable} is not ${what}.`, {
    state: 'Nothing was sent.',
    retryable: false,
  })
}

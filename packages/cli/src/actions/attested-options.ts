import { DomainSyncError } from '@domainsync/core'
import { Option } from 'commander'
import type { Wallet } from 'ethers'
import { readAccount } from '../config/account.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { type Attested, attestedNow } from '../wiring/attested.ts'

export interface AttestedOptions {
  readonly deadline?: string | undefined
  readonly attestation?: readonly string[] | undefined
}

export const DEADLINE = new Option('--deadline <seconds>', 'until when attestations are good, in seconds since 1970')
export const ATTESTATION = new Option('--attestation <signature...>', 'what other registrars printed with "attest"')

/** @throws DomainSyncError `ATTESTATION_OPTION_INVALID` */
export function readAttested({ deadline, attestation = [] }: AttestedOptions): Attested {
  if (attestation.length > 0 && deadline === undefined) {
    throw invalid('--attestation needs the --deadline that was signed with it.')
  }
  const wrong = attestation.find((text) => !/^0x[0-9a-fA-F]{130}$/.test(text))
  if (wrong !== undefined) throw invalid(`--attestation: "${wrong}" is no signature of 65 bytes in hex.`)
  if (deadline === undefined) return attestedNow()
  if (!/^\d{1,12}$/.test(deadline)) throw invalid(`--deadline: "${deadline}" is no time in seconds since 1970.`)
  return { deadline: Number(deadline), attestations: attestation }
}

/** This machine's registrar; `undefined` when others have attested and it has no such key. @throws see {@link readAccount} */
export async function readRegistrar({ attestations }: Attested, config: LoadedConfig): Promise<Wallet | undefined> {
  if (attestations.length > 0 && config.values.keys.registrar === undefined) return undefined
  return readAccount('registrar', config)
}

function invalid(message: string): DomainSyncError {
  return new DomainSyncError('ATTESTATION_OPTION_INVALID', message, { state: 'Nothing was sent.', retryable: false })
}

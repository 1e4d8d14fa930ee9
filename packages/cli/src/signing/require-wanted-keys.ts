import type { Address, Bytes32 } from '@domainsync/core'
import { PqError, type SigningFile } from '@domainsync/pq'
import type { CommandContext } from '../command-context.ts'
import { readAddress, readPqKeyHash } from '../config/public-id.ts'
import { requireKeyKind } from '../config/require-key-kind.ts'
import { type SigningKeyOptions, signingConfig } from './signing-config.ts'

/**
 * Names what this machine has of the keys that a file still needs, and refuses others. No passphrase of a key file is needed.
 *
 * @throws PqError `PQ_KEY_MISMATCH`, `SIGNER_MISMATCH`; KeyFileError; ConfigError
 */
export async function requireWantedKeys(
  { pq, account, keys: wanted }: Pick<SigningFile, 'pq' | 'account' | 'keys'>,
  options: SigningKeyOptions & CommandContext,
): Promise<readonly string[]> {
  const { releaseKey, signerKey } = options
  const config = await signingConfig(options)
  const own = config?.values.keys
  const readRelease = async (): Promise<Bytes32 | undefined> => {
    if (releaseKey === undefined) return own?.release && config && readPqKeyHash(config)
    return `0x${(await requireKeyKind(releaseKey, 'release')).keyId}`
  }
  const readSigner = async (): Promise<Address | undefined> => {
    if (signerKey === undefined) return own?.signer && config && readAddress('signer', config)
    return (await requireKeyKind(signerKey, 'account')).address
  }
  const release = pq === undefined ? await readRelease() : undefined
  if (release !== undefined && release !== wanted.pqKeyHash) {
    throw new PqError('PQ_KEY_MISMATCH', `The release key wanted is ${wanted.pqKeyHash}; the key here is ${release}.`)
  }
  const signer = account === undefined ? await readSigner() : undefined
  if (signer !== undefined && signer !== wanted.signer) {
    throw new PqError('SIGNER_MISMATCH', `The signer wanted is ${wanted.signer}; the key here is ${signer}.`)
  }
  return [
    ...(release === undefined ? [] : [`release key ${release}`]),
    ...(signer === undefined ? [] : [`signer ${signer}`]),
  ]
}

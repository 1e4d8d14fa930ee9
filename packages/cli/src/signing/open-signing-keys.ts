import { resolve } from 'node:path'
import { generateReleaseKey, type ReleaseSigner, type SigningFile } from '@domainsync/pq'
import { bestMlDsa, type KeyKind, readKeyFile } from '@domainsync/pq/node'
import { Wallet } from 'ethers'
import type { CommandContext } from '../command-context.ts'
import { readAccount } from '../config/account.ts'
import { readReleaseSigner } from '../config/release-signer.ts'
import { requireKeyKind } from '../config/require-key-kind.ts'
import { readPassphrase } from '../read-passphrase.ts'
import { type SigningKeyOptions, signingConfig } from './signing-config.ts'

/** The keys of this machine that have not signed yet. */
export interface OwnSigningKeys {
  readonly release: ReleaseSigner | undefined
  readonly signer: Wallet | undefined
}

/**
 * Opens what this machine has of the keys that a file still needs.
 *
 * @throws KeyFileError; ConfigError
 */
export async function openSigningKeys(
  { pq, account }: Pick<SigningFile, 'pq' | 'account'>,
  options: SigningKeyOptions & CommandContext,
): Promise<OwnSigningKeys> {
  const { releaseKey, signerKey, terminal, signal } = options
  const config = await signingConfig(options)
  const keys = config?.values.keys
  const open = async (file: string, kind: KeyKind) => {
    await requireKeyKind(file, kind)
    const passphrase = await readPassphrase(file, terminal, signal)
    return (await readKeyFile(resolve(file), { passphrase, signal })).secret
  }
  const openRelease = async () => {
    if (releaseKey === undefined) return keys?.release && config && (await readReleaseSigner(config))
    return generateReleaseKey(await open(releaseKey, 'release'), { backend: bestMlDsa() }).signer
  }
  const openSigner = async () => {
    if (signerKey === undefined) return keys?.signer && config && (await readAccount('signer', config))
    return new Wallet(`0x${Buffer.from(await open(signerKey, 'account')).toString('hex')}`)
  }
  return {
    release: pq === undefined ? await openRelease() : undefined,
    signer: account === undefined ? await openSigner() : undefined,
  }
}

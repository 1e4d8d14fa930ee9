import { resolve } from 'node:path'
import { generateReleaseKey, type ReleaseSigner, type SigningFile } from '@domainsync/pq'
import { bestMlDsa, type KeyKind, readKeyFile } from '@domainsync/pq/node'
import { Wallet } from 'ethers'
import type { CommandContext } from '../command-context.ts'
import { readAccount } from '../config/account.ts'
import { ConfigError } from '../config/config-error.ts'
import { readReleaseSigner } from '../config/release-signer.ts'
import { readPassphrase } from '../read-passphrase.ts'

/** Key files that are named; the configuration's are used for the others, where there is one. */
export interface SigningKeyOptions {
  readonly releaseKey?: string
  readonly signerKey?: string
}

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
  { releaseKey, signerKey, ...context }: SigningKeyOptions & CommandContext,
): Promise<OwnSigningKeys> {
  const named = releaseKey !== undefined || signerKey !== undefined
  const config = named ? undefined : await context.findConfig()
  const keys = config?.values.keys
  const open = async (file: string, kind: KeyKind) => {
    const passphrase = await readPassphrase(file, context.terminal, context.signal)
    const key = await readKeyFile(resolve(file), { passphrase, signal: context.signal })
    if (key.kind === kind) return key.secret
    throw new ConfigError('CONFIG_INVALID', `${file} holds a key of kind "${key.kind}", not "${kind}".`)
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

import { resolve } from 'node:path'
import { type Bytes32, DomainSyncError } from '@domainsync/core'
import { readKeyIdentity } from '@domainsync/pq/node'

/**
 * A release key as somebody names it: the hash of its SubjectPublicKeyInfo, or its key file.
 *
 * @throws DomainSyncError `RELEASE_KEY_INVALID`; KeyFileError
 */
export async function releaseKeyHash(text: string, option: string): Promise<Bytes32> {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Bytes32
  const { kind, ...identity } = await readKeyIdentity(resolve(text))
  if (kind === 'release' && 'keyId' in identity) return `0x${identity.keyId}`
  throw new DomainSyncError('RELEASE_KEY_INVALID', `${option}: ${text} holds a key of kind "${kind}", not "release".`, {
    state: 'Nothing was changed.',
    retryable: false,
  })
}

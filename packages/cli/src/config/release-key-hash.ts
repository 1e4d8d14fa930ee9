import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Bytes32, DomainSyncError } from '@domainsync/core'
import { SPKI_BYTES, spkiHash } from '@domainsync/pq'
import { readKeyIdentity } from '@domainsync/pq/node'

/**
 * A release key as somebody names it: the hash of its SubjectPublicKeyInfo, that itself (`pq.spki` of a release), or its key file.
 *
 * @throws DomainSyncError `RELEASE_KEY_INVALID`; KeyFileError
 */
export async function releaseKeyHash(text: string, option: string): Promise<Bytes32> {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Bytes32
  const path = resolve(text)
  const spki = await readFile(path).catch(() => undefined)
  if (spki?.length === SPKI_BYTES) return spkiHash(spki)
  const { kind, ...identity } = await readKeyIdentity(path)
  if (kind === 'release' && 'keyId' in identity) return `0x${identity.keyId}`
  throw new DomainSyncError('RELEASE_KEY_INVALID', `${option}: ${text} holds a key of kind "${kind}", not "release".`, {
    state: 'Nothing was changed.',
    retryable: false,
  })
}

import type { Address, ReleaseStatement } from '@domainsync/core'
import { releaseDocument } from './release-document.ts'
import { type HybridSigner, signHybrid } from './sign-hybrid.ts'
import { spkiHash } from './spki.ts'
import type { VerifyHybridOptions } from './verify-hybrid.ts'
import { verifyRelease } from './verify-release.ts'

/** What {@link signRelease} signs, and with which keys. */
export interface SignReleaseInput extends HybridSigner {
  readonly statement: ReleaseStatement
}

/** Options of {@link signRelease}. */
export interface SignReleaseOptions extends VerifyHybridOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * The signed release: the bytes of `release.json`. Signing is randomised, so two calls give different bytes: keep them.
 * They were verified before they are returned.
 *
 * @throws PqError `SIGNER_SIGNATURE_INVALID`, `PQ_SIGNATURE_INVALID` when a key does not sign as it says;
 * DomainSyncError `RELEASE_MALFORMED` for a statement no reader would accept
 */
export async function signRelease(
  { statement, pq, signer }: SignReleaseInput,
  { signal, ...options }: SignReleaseOptions = {},
): Promise<Uint8Array> {
  const envelope = await signHybrid(releaseDocument(statement), { pq, signer, signal })
  const { domain, release, chainId, registry } = statement
  const keys = { spki: pq.spki, pqKeyHash: spkiHash(pq.spki), signer: signer.address.toLowerCase() as Address }
  verifyRelease(envelope, { ...keys, domain, release, chainId, registry }, options)
  return envelope
}

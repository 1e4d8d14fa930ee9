import { type Address, decodeReleaseStatement, type ReleaseStatement } from '@domainsync/core'
import { PqError } from './pq-error.ts'
import { releaseEnvelope } from './release-document.ts'
import { type HybridKeys, type VerifyHybridOptions, verifyHybrid } from './verify-hybrid.ts'

/** What a reader knows before it looks at a release: its own choice of chain and registry, and what they say. */
export interface ReleaseExpectation extends HybridKeys {
  /** The release's `pq.spki`, untrusted: it counts only when its hash is the chain's, under the trust of this release. */
  readonly spki: Uint8Array
  readonly domain: string
  readonly release: number
  readonly chainId: number
  readonly registry: Address
}

/**
 * The statement of a release, after both of its signatures were verified against the expectation. Nothing of the payload
 * is parsed before that.
 *
 * @throws PqError as {@link verifyHybrid}, and `RELEASE_FIELD_MISMATCH`; DomainSyncError `RELEASE_MALFORMED`
 */
export function verifyRelease(
  bytes: Uint8Array,
  expected: ReleaseExpectation,
  options: VerifyHybridOptions = {},
): ReleaseStatement {
  const { spki, pqKeyHash, signer } = expected
  const payload = verifyHybrid(bytes, { ...releaseEnvelope(expected), spki, pqKeyHash, signer }, options)
  return matching(decodeReleaseStatement(payload), expected)
}

function matching(statement: ReleaseStatement, expected: ReleaseExpectation): ReleaseStatement {
  const wanted = { ...expected, registry: expected.registry.toLowerCase() }
  for (const field of ['domain', 'release', 'chainId', 'registry'] as const) {
    if (statement[field] === wanted[field]) continue
    throw new PqError(
      'RELEASE_FIELD_MISMATCH',
      `The signed release says ${field} ${statement[field]}; expected was ${wanted[field]}.`,
    )
  }
  return statement
}

import {
  type Address,
  type Bytes32,
  decodeReleaseStatement,
  RELEASE_PAYLOAD_TYPE,
  type ReleaseStatement,
} from '@domainsync/core'
import { decodeEnvelope, type EnvelopeSignature, preAuthEncoding } from './dsse.ts'
import { recoverEip191 } from './eip191.ts'
import type { MlDsaVerify } from './ml-dsa.ts'
import { nobleMlDsa } from './noble-ml-dsa.ts'
import { PqError } from './pq-error.ts'
import { releaseText } from './release-text.ts'
import { decodeSpki, spkiHash } from './spki.ts'

/** What a reader knows before it looks at a release: its own choice of chain and registry, and what they say. */
export interface ReleaseExpectation {
  /** The release's `pq.spki`, untrusted: it counts only when its hash is {@link pqKeyHash}. */
  readonly spki: Uint8Array
  /** From the chain, under the trust of this release. */
  readonly pqKeyHash: Bytes32
  /** From the chain, under the trust of this release. */
  readonly signer: Address
  readonly domain: string
  readonly release: number
  readonly chainId: number
  readonly registry: Address
}

/** Options of {@link verifyRelease}. */
export interface VerifyReleaseOptions {
  /** Default noble's; pass the native one in Node. */
  readonly verifyMlDsa?: MlDsaVerify
}

/**
 * The statement of a release, after both of its signatures were verified against the expectation. Nothing of the payload
 * is parsed before that.
 *
 * @throws PqError `ENVELOPE_MALFORMED`, `ENVELOPE_TOO_LARGE`, `PAYLOAD_TYPE_UNEXPECTED`, `SIGNATURE_COUNT`,
 * `PQ_KEY_MISMATCH`, `PQ_KEY_MALFORMED`, `PQ_SIGNATURE_INVALID`, `SIGNER_MISMATCH`, `SIGNER_SIGNATURE_INVALID`,
 * `RELEASE_FIELD_MISMATCH`; DomainSyncError `RELEASE_MALFORMED`
 */
export function verifyRelease(
  bytes: Uint8Array,
  expected: ReleaseExpectation,
  { verifyMlDsa = nobleMlDsa.verify }: VerifyReleaseOptions = {},
): ReleaseStatement {
  const envelope = decodeEnvelope(bytes)
  if (envelope.payloadType !== RELEASE_PAYLOAD_TYPE) {
    throw new PqError(
      'PAYLOAD_TYPE_UNEXPECTED',
      `The envelope holds ${JSON.stringify(envelope.payloadType)}; a release is "${RELEASE_PAYLOAD_TYPE}".`,
    )
  }
  const [pq, account] = exactlyTwo(envelope.signatures)
  const encoding = preAuthEncoding(envelope)
  verifyPq(pq, { encoding, expected, verifyMlDsa })
  verifyAccount(account, { text: releaseText(expected, encoding), signer: expected.signer })
  return matching(decodeReleaseStatement(envelope.payload), expected)
}

function exactlyTwo(signatures: readonly EnvelopeSignature[]): readonly [EnvelopeSignature, EnvelopeSignature] {
  const [first, second] = signatures
  if (first === undefined || second === undefined || signatures.length !== 2) {
    throw new PqError(
      'SIGNATURE_COUNT',
      `A release has exactly two signatures, ML-DSA-87 and the signer's; this one has ${signatures.length}.`,
    )
  }
  return [first, second]
}

interface PqCheck {
  readonly encoding: Uint8Array
  readonly expected: ReleaseExpectation
  readonly verifyMlDsa: MlDsaVerify
}

function verifyPq({ keyid, sig }: EnvelopeSignature, { encoding, expected, verifyMlDsa }: PqCheck): void {
  const { spki, pqKeyHash } = expected
  const found = spkiHash(spki)
  if (found !== pqKeyHash.toLowerCase()) {
    throw new PqError('PQ_KEY_MISMATCH', `The release's pq.spki hashes to ${found}; the chain names ${pqKeyHash}.`)
  }
  if (`0x${keyid}` !== found) {
    throw new PqError(
      'PQ_KEY_MISMATCH',
      `The first signature names the key ${JSON.stringify(keyid)}; the chain names ${pqKeyHash}.`,
    )
  }
  if (!verifyMlDsa(sig, { message: encoding, publicKey: decodeSpki(spki) })) {
    throw new PqError('PQ_SIGNATURE_INVALID', `The ML-DSA-87 signature of the key ${keyid} does not fit the release.`)
  }
}

function verifyAccount({ keyid, sig }: EnvelopeSignature, { text, signer }: { text: string; signer: Address }): void {
  const wanted = signer.toLowerCase()
  if (keyid !== wanted) {
    throw new PqError(
      'SIGNER_MISMATCH',
      `The second signature names the account ${JSON.stringify(keyid)}; the chain names ${wanted}.`,
    )
  }
  if (recoverEip191(text, sig) !== wanted) {
    throw new PqError('SIGNER_SIGNATURE_INVALID', `The signature of ${wanted} does not fit the text "${text}".`)
  }
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

import type { Address, Bytes32 } from '@domainsync/core'
import { decodeEnvelope, type EnvelopeSignature, preAuthEncoding } from './dsse.ts'
import { recoverEip191 } from './eip191.ts'
import type { HybridDocument } from './hybrid-document.ts'
import type { MlDsaVerify } from './ml-dsa.ts'
import { nobleMlDsa } from './noble-ml-dsa.ts'
import { PqError } from './pq-error.ts'
import { decodeSpki, spkiHash } from './spki.ts'

/** Whose signatures a document has to carry: known from elsewhere, never from the document. */
export interface HybridKeys {
  readonly pqKeyHash: Bytes32
  readonly signer: Address
}

/** What an envelope has to be, but for its payload. */
export interface HybridExpectation extends HybridKeys, Omit<HybridDocument, 'payload'> {
  /** The ML-DSA-87 key, untrusted: it counts only when its hash is {@link HybridKeys.pqKeyHash}. */
  readonly spki: Uint8Array
}

/** Options of whatever verifies signatures. */
export interface VerifyHybridOptions {
  /** Default noble's; pass the native one in Node. */
  readonly verifyMlDsa?: MlDsaVerify | undefined
}

/**
 * The payload of an envelope, after both of its signatures were verified. Nothing of the payload is parsed.
 *
 * @throws PqError `ENVELOPE_MALFORMED`, `ENVELOPE_TOO_LARGE`, `PAYLOAD_TYPE_UNEXPECTED`, `SIGNATURE_COUNT`,
 * `PQ_KEY_MISMATCH`, `PQ_KEY_MALFORMED`, `PQ_SIGNATURE_INVALID`, `SIGNER_MISMATCH`, `SIGNER_SIGNATURE_INVALID`
 */
export function verifyHybrid(
  bytes: Uint8Array,
  expected: HybridExpectation,
  { verifyMlDsa = nobleMlDsa.verify }: VerifyHybridOptions = {},
): Uint8Array {
  const { name, payloadType, signer } = expected
  const envelope = decodeEnvelope(bytes)
  if (envelope.payloadType !== payloadType) {
    throw new PqError(
      'PAYLOAD_TYPE_UNEXPECTED',
      `The envelope holds ${JSON.stringify(envelope.payloadType)}; a ${name} is "${payloadType}".`,
    )
  }
  const [pq, account] = exactlyTwo(envelope.signatures, name)
  const encoding = preAuthEncoding(envelope)
  verifyPq(pq, { encoding, expected, verifyMlDsa })
  verifyAccount(account, { text: expected.text(encoding), signer })
  return envelope.payload
}

function exactlyTwo(
  signatures: readonly EnvelopeSignature[],
  name: string,
): readonly [EnvelopeSignature, EnvelopeSignature] {
  const [first, second] = signatures
  if (first === undefined || second === undefined || signatures.length !== 2) {
    throw new PqError(
      'SIGNATURE_COUNT',
      `A ${name} has exactly two signatures, ML-DSA-87 and the signer's; this one has ${signatures.length}.`,
    )
  }
  return [first, second]
}

interface PqCheck {
  readonly encoding: Uint8Array
  readonly expected: HybridExpectation
  readonly verifyMlDsa: MlDsaVerify
}

function verifyPq({ keyid, sig }: EnvelopeSignature, { encoding, expected, verifyMlDsa }: PqCheck): void {
  const { name, spki, pqKeyHash } = expected
  const found = spkiHash(spki)
  if (found !== pqKeyHash.toLowerCase()) {
    throw new PqError('PQ_KEY_MISMATCH', `The ML-DSA-87 key of the ${name} hashes to ${found}; wanted is ${pqKeyHash}.`)
  }
  if (`0x${keyid}` !== found) {
    throw new PqError(
      'PQ_KEY_MISMATCH',
      `The first signature of the ${name} names the key ${JSON.stringify(keyid)}; wanted is ${pqKeyHash}.`,
    )
  }
  if (!verifyMlDsa(sig, { message: encoding, publicKey: decodeSpki(spki) })) {
    throw new PqError('PQ_SIGNATURE_INVALID', `The ML-DSA-87 signature of the key ${keyid} does not fit the ${name}.`)
  }
}

function verifyAccount({ keyid, sig }: EnvelopeSignature, { text, signer }: { text: string; signer: Address }): void {
  const wanted = signer.toLowerCase()
  if (keyid !== wanted) {
    throw new PqError(
      'SIGNER_MISMATCH',
      `The second signature names the account ${JSON.stringify(keyid)}; wanted is ${wanted}.`,
    )
  }
  if (recoverEip191(text, sig) !== wanted) {
    throw new PqError('SIGNER_SIGNATURE_INVALID', `The signature of ${wanted} does not fit the text "${text}".`)
  }
}

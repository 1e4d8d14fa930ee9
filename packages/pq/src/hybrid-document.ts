import { encodeEnvelope, preAuthEncoding } from './dsse.ts'

/** Something that both keys of a domain sign, ML-DSA-87 and the `signer` account: a DSSE payload, and the account's text for it. */
export interface HybridDocument {
  /** As errors call it: `release`. */
  readonly name: string
  readonly payloadType: string
  readonly payload: Uint8Array
  /** What the account signs (EIP-191); it has to bind the whole encoding. */
  text(encoding: Uint8Array): string
}

/** The two signatures of a {@link HybridDocument}, and whose they are. */
export interface HybridSignatures {
  /** SHA-256 of the SubjectPublicKeyInfo, 64 hex digits without `0x`, and an ML-DSA-87 signature. */
  readonly pq: { readonly keyId: string; readonly signature: Uint8Array }
  /** An address in lower case, and a 65-byte signature. */
  readonly account: { readonly address: string; readonly signature: Uint8Array }
}

/** The bytes that ML-DSA-87 signs, and whose SHA-256 stands in the account's text. */
export function hybridEncoding(document: HybridDocument): Uint8Array {
  return preAuthEncoding(document)
}

/** The DSSE envelope of a document: ML-DSA-87 first, the account second. Nothing is verified here. */
export function hybridEnvelope(
  { payloadType, payload }: HybridDocument,
  { pq, account }: HybridSignatures,
): Uint8Array {
  return encodeEnvelope({
    payloadType,
    payload,
    signatures: [
      { keyid: pq.keyId, sig: pq.signature },
      { keyid: account.address, sig: account.signature },
    ],
  })
}

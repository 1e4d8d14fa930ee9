import { type Address, encodeReleaseStatement, RELEASE_PAYLOAD_TYPE, type ReleaseStatement } from '@domainsync/core'
import { hexToBytes } from '@noble/hashes/utils.js'
import { encodeEnvelope, preAuthEncoding } from './dsse.ts'
import type { ReleaseSigner } from './ml-dsa.ts'
import { PqError } from './pq-error.ts'
import { releaseText } from './release-text.ts'
import { spkiHash } from './spki.ts'
import { type VerifyReleaseOptions, verifyRelease } from './verify-release.ts'

/** The account `signer` of a domain; an ethers `Wallet` is one. */
export interface AccountSigner {
  readonly address: string
  /** EIP-191 (`personal_sign`): 65 bytes as hex with `0x`. */
  signMessage(text: string): Promise<string>
}

/** What {@link signRelease} signs, and with which keys. */
export interface SignReleaseInput {
  readonly statement: ReleaseStatement
  readonly pq: ReleaseSigner
  readonly signer: AccountSigner
}

/** Options of {@link signRelease}. */
export interface SignReleaseOptions extends VerifyReleaseOptions {
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
  const payload = encodeReleaseStatement(statement)
  const encoding = preAuthEncoding({ payloadType: RELEASE_PAYLOAD_TYPE, payload })
  const address = signer.address.toLowerCase() as Address
  signal?.throwIfAborted()
  const pqSignature = await pq.sign(encoding)
  signal?.throwIfAborted()
  const accountSignature = signatureBytes(await signer.signMessage(releaseText(statement, encoding)), address)
  signal?.throwIfAborted()
  const envelope = encodeEnvelope({
    payloadType: RELEASE_PAYLOAD_TYPE,
    payload,
    signatures: [
      { keyid: pq.keyId, sig: pqSignature },
      { keyid: address, sig: accountSignature },
    ],
  })
  const { domain, release, chainId, registry } = statement
  const expected = { spki: pq.spki, pqKeyHash: spkiHash(pq.spki), signer: address, domain, release, chainId, registry }
  verifyRelease(envelope, expected, options)
  return envelope
}

/** Some hardware wallets answer v as 0 or 1; it is kept as the 27 or 28 that {@link verifyRelease} reads. */
function signatureBytes(hex: string, address: Address): Uint8Array {
  if (!/^0x[0-9a-f]{130}$/i.test(hex)) {
    throw new PqError('SIGNER_SIGNATURE_INVALID', `The wallet of ${address} did not answer with a 65-byte signature.`)
  }
  const bytes = hexToBytes(hex.slice(2))
  const v = bytes[64]!
  if (v < 2) bytes[64] = v + 27
  return bytes
}

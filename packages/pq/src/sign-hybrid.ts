import type { Address } from '@domainsync/core'
import { hexToBytes } from '@noble/hashes/utils.js'
import { type HybridDocument, hybridEncoding, hybridEnvelope } from './hybrid-document.ts'
import type { ReleaseSigner } from './ml-dsa.ts'
import { PqError } from './pq-error.ts'

/** The account `signer` of a domain; an ethers `Wallet` is one. */
export interface AccountSigner {
  readonly address: string
  /** EIP-191 (`personal_sign`): 65 bytes as hex with `0x`. */
  signMessage(text: string): Promise<string>
}

/** Both keys that sign for a domain. */
export interface HybridSigner {
  readonly pq: ReleaseSigner
  readonly signer: AccountSigner
}

/**
 * The document in a DSSE envelope with both signatures. Signing is randomised, so two calls give different bytes: keep them.
 *
 * Warning: not verified yet; a wallet may have signed something else.
 *
 * @throws PqError `SIGNER_SIGNATURE_INVALID` when the wallet's answer is no signature
 */
export async function signHybrid(
  document: HybridDocument,
  { pq, signer, signal }: HybridSigner & { signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const encoding = hybridEncoding(document)
  const address = signer.address.toLowerCase() as Address
  signal?.throwIfAborted()
  const pqSignature = await pq.sign(encoding)
  signal?.throwIfAborted()
  const accountSignature = parseAccountSignature(await signer.signMessage(document.text(encoding)), address)
  signal?.throwIfAborted()
  return hybridEnvelope(document, {
    pq: { keyId: pq.keyId, signature: pqSignature },
    account: { address, signature: accountSignature },
  })
}

/**
 * What a wallet answers to `personal_sign`, as 65 bytes. Some hardware wallets answer v as 0 or 1; it is kept as the 27 or 28
 * that is verified.
 *
 * @throws PqError `SIGNER_SIGNATURE_INVALID`
 */
export function parseAccountSignature(hex: string, address: Address): Uint8Array {
  if (!/^0x[0-9a-f]{130}$/i.test(hex)) {
    throw new PqError('SIGNER_SIGNATURE_INVALID', `The wallet of ${address} did not answer with a 65-byte signature.`)
  }
  const bytes = hexToBytes(hex.slice(2))
  const v = bytes[64]!
  if (v < 2) bytes[64] = v + 27
  return bytes
}

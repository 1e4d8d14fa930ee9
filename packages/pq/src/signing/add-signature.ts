import { recoverEip191 } from '../eip191.ts'
import { hybridEncoding } from '../hybrid-document.ts'
import type { ReleaseSigner } from '../ml-dsa.ts'
import { nobleMlDsa } from '../noble-ml-dsa.ts'
import { PqError } from '../pq-error.ts'
import { parseAccountSignature } from '../sign-hybrid.ts'
import { decodeSpki, spkiHash } from '../spki.ts'
import type { VerifyHybridOptions } from '../verify-hybrid.ts'
import type { SigningFile } from './signing-file.ts'
import { requestedDocument } from './signing-request.ts'

/**
 * The file with the ML-DSA-87 signature of the release key.
 *
 * @throws PqError `PQ_KEY_MISMATCH` when the chain wants another key; as `requestedStatement`
 */
export async function addPqSignature(file: SigningFile, pq: ReleaseSigner): Promise<SigningFile> {
  const wanted = file.keys.pqKeyHash
  if (`0x${pq.keyId}` !== wanted) {
    throw new PqError('PQ_KEY_MISMATCH', `The release key wanted is ${wanted}; the key here is 0x${pq.keyId}.`)
  }
  const signature = await pq.sign(hybridEncoding(requestedDocument(file)))
  return { ...file, pq: { spki: pq.spki, signature } }
}

/** The text that the `signer` account signs: shown by a hardware wallet as it stands. Errors: as `requestedStatement`. */
export function accountText(file: SigningFile): string {
  const document = requestedDocument(file)
  return document.text(hybridEncoding(document))
}

/**
 * The file with the account's EIP-191 signature of {@link accountText}: 65 bytes as hex with `0x`.
 *
 * @throws PqError `SIGNER_SIGNATURE_INVALID` when it is none, or of another account than the chain wants
 */
export function addAccountSignature(file: SigningFile, hex: string): SigningFile {
  const { signer } = file.keys
  const account = parseAccountSignature(hex, signer)
  const found = recoverEip191(accountText(file), account)
  if (found === signer) return { ...file, account }
  throw new PqError(
    'SIGNER_SIGNATURE_INVALID',
    `That is no signature of ${signer} over the text${found === undefined ? '' : `; over it, it is one of ${found}`}.`,
  )
}

/**
 * Refuses signatures that came along and do not fit: nobody adds theirs beside them.
 *
 * @throws PqError `PQ_KEY_MISMATCH`, `PQ_SIGNATURE_INVALID`, `SIGNER_SIGNATURE_INVALID`; as `requestedStatement`
 */
export function requireFittingSignatures(
  file: SigningFile,
  { verifyMlDsa = nobleMlDsa.verify }: VerifyHybridOptions = {},
): void {
  const { pq, account, keys } = file
  const message = hybridEncoding(requestedDocument(file))
  if (pq !== undefined && spkiHash(pq.spki) !== keys.pqKeyHash) {
    throw new PqError('PQ_KEY_MISMATCH', `The file is signed by ${spkiHash(pq.spki)}; wanted is ${keys.pqKeyHash}.`)
  }
  if (pq !== undefined && !verifyMlDsa(pq.signature, { message, publicKey: decodeSpki(pq.spki) })) {
    throw new PqError('PQ_SIGNATURE_INVALID', 'The ML-DSA-87 signature in the file does not fit what it asks to sign.')
  }
  if (account !== undefined && recoverEip191(accountText(file), account) !== keys.signer) {
    throw new PqError('SIGNER_SIGNATURE_INVALID', `The account's signature in the file is not that of ${keys.signer}.`)
  }
}

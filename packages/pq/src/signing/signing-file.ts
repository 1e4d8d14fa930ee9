import type { Address, Bytes32 } from '@domainsync/core'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { decodeBase64, encodeBase64 } from '../base64.ts'
import { ENVELOPE_MAX_BYTES } from '../dsse.ts'
import { PqError } from '../pq-error.ts'
import type { HybridKeys } from '../verify-hybrid.ts'

/** The name of the format, and its version. */
export const SIGNING_FILE_SCHEMA = 'domainsync.signing/1'

/** Largest signing file that is read. */
export const SIGNING_FILE_MAX_BYTES = 2 * ENVELOPE_MAX_BYTES

/** A release on its way between the machine that publishes it and those that sign it. */
export interface SigningFile {
  /** The release's statement: the bytes that are signed. */
  readonly payload: Uint8Array
  /** Whose signatures the chain wants, as the publisher read it. */
  readonly keys: HybridKeys
  /** `rotations.json` of the release. */
  readonly rotations?: Uint8Array | undefined
  /** The ML-DSA-87 signature, and its key as a SubjectPublicKeyInfo. */
  readonly pq?: { readonly spki: Uint8Array; readonly signature: Uint8Array } | undefined
  /** The account's signature, 65 bytes. */
  readonly account?: Uint8Array | undefined
}

interface SigningFileJson {
  readonly schema: string
  readonly payload: string
  readonly pqKeyHash: Bytes32
  readonly signer: Address
  readonly rotations?: string
  readonly spki?: string
  readonly pqSignature?: string
  readonly accountSignature?: string
}

/** The text of a signing file: JSON, bytes in base64. */
export function encodeSigningFile(file: SigningFile): Uint8Array {
  return utf8ToBytes(`${JSON.stringify(toJson(file), null, 2)}\n`)
}

function toJson({ payload, keys, rotations, pq, account }: SigningFile): SigningFileJson {
  return {
    schema: SIGNING_FILE_SCHEMA,
    payload: encodeBase64(payload),
    pqKeyHash: keys.pqKeyHash,
    signer: keys.signer,
    ...(rotations && { rotations: encodeBase64(rotations) }),
    ...(pq && { spki: encodeBase64(pq.spki), pqSignature: encodeBase64(pq.signature) }),
    ...(account && { accountSignature: encodeBase64(account) }),
  }
}

/**
 * Reads a signing file. White space is free; every value counts. Nothing is verified here.
 *
 * @throws PqError `SIGNING_FILE_MALFORMED`
 */
export function decodeSigningFile(bytes: Uint8Array): SigningFile {
  if (bytes.length > SIGNING_FILE_MAX_BYTES) throw malformed()
  try {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as SigningFileJson
    const file = fromJson(json)
    if (JSON.stringify(toJson(file)) === JSON.stringify(json) && areHex(file.keys)) return file
  } catch (cause) {
    throw malformed(cause)
  }
  throw malformed()
}

function fromJson(json: SigningFileJson): SigningFile {
  const { payload, pqKeyHash, signer, rotations, spki, pqSignature, accountSignature } = json
  return {
    payload: decodeBase64(payload)!,
    keys: { pqKeyHash, signer },
    ...(rotations !== undefined && { rotations: decodeBase64(rotations)! }),
    ...(spki !== undefined &&
      pqSignature !== undefined && { pq: { spki: decodeBase64(spki)!, signature: decodeBase64(pqSignature)! } }),
    ...(accountSignature !== undefined && { account: decodeBase64(accountSignature)! }),
  }
}

function areHex({ pqKeyHash, signer }: HybridKeys): boolean {
  return /^0x[0-9a-f]{64}$/.test(pqKeyHash) && /^0x[0-9a-f]{40}$/.test(signer)
}

function malformed(cause?: unknown): PqError {
  return new PqError('SIGNING_FILE_MALFORMED', 'That is not a file of "publish --prepare" or "sign".', { cause })
}

import type { Address } from '@domainsync/core'
import { accountAddress } from '../eip191.ts'
import { RECIPIENT_SEED_BYTES } from '../hpke/recipient-key.ts'
import { ML_DSA_SEED_BYTES } from '../ml-dsa.ts'
import { bestMlDsa } from './best-ml-dsa.ts'
import { KeyFileError } from './key-file-error.ts'
import { recipientKeyId, recipientOf } from './vault/recipient.ts'

/** What a key file holds, and the public name of it. */
export type KeyIdentity =
  /** An ML-DSA-87 seed; `keyId` is the SHA-256 of its SubjectPublicKeyInfo, 64 hex digits without `0x`. */
  | { readonly kind: 'release'; readonly keyId: string }
  /** The seed of whoever backups are for; `keyId` is the SHA-256 of its public key in the usual KEM. */
  | { readonly kind: 'recipient'; readonly keyId: string }
  /** A secp256k1 private key. */
  | { readonly kind: 'account'; readonly address: Address }

/** The kinds of key files. */
export type KeyKind = KeyIdentity['kind']

/** Bytes of every secret: an ML-DSA seed, a recipient's seed, a secp256k1 private key. */
export const KEY_SECRET_BYTES = 32

/** @throws KeyFileError `KEY_SECRET_INVALID` */
export async function keyIdentity(kind: KeyKind, secret: Uint8Array): Promise<KeyIdentity> {
  switch (kind) {
    case 'release': {
      if (secret.length !== ML_DSA_SEED_BYTES) {
        throw new KeyFileError(
          'KEY_SECRET_INVALID',
          `A release key is a seed of ${ML_DSA_SEED_BYTES} bytes; this one has ${secret.length}. Nothing was written.`,
        )
      }
      return { kind, keyId: bestMlDsa().signer(secret).keyId }
    }
    case 'recipient': {
      if (secret.length !== RECIPIENT_SEED_BYTES) {
        throw new KeyFileError(
          'KEY_SECRET_INVALID',
          `A recipient's key is a seed of ${RECIPIENT_SEED_BYTES} bytes; this one has ${secret.length}. Nothing was written.`,
        )
      }
      return { kind, keyId: recipientKeyId(await recipientOf(secret)) }
    }
    case 'account': {
      const address = accountAddress(secret)
      if (address === undefined) {
        throw new KeyFileError(
          'KEY_SECRET_INVALID',
          `An account key is ${KEY_SECRET_BYTES} bytes, a number from 1 to the curve's order less 1; this is none. Nothing was written.`,
        )
      }
      return { kind, address }
    }
  }
}

/** Bytes of a P-384 private key: a number from 1 to the group's order less 1. */
export const P384_SECRET_BYTES = 48
/** Bytes of an uncompressed point of P-384 (SEC 1 §2.3.3). */
export const P384_POINT_BYTES = 97

/** One implementation of ECDH over P-384 (SP 800-56A §5.7.1.2), the second leg of a hybrid KEM. */
export interface P384Backend {
  readonly name: string
  /** The uncompressed point of a private key. Throws when it is none. */
  publicKey(secretKey: Uint8Array): Uint8Array
  /** The 48-byte x-coordinate of the shared point. Throws for a point that is not on the curve. */
  agree(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array
  /** A new private key. */
  generate(): Uint8Array
}

/** A KEM as HPKE sees it (RFC 9180 §4), over raw keys. */
export interface KemScheme {
  /** In IANA's registry of HPKE. */
  readonly id: number
  readonly name: string
  readonly publicKeyBytes: number
  readonly encapsulatedBytes: number
  readonly privateKeyBytes: number
  /** The public key of a private key, and what opens with it. */
  decapsulator(privateKey: Uint8Array): KemDecapsulator
  /** Throws when the public key is malformed. */
  encapsulate(publicKey: Uint8Array): KemEncapsulation
}

/** A private key that is ready to open. */
export interface KemDecapsulator {
  readonly publicKey: Uint8Array
  decapsulate(encapsulated: Uint8Array): Uint8Array
}

/** A shared secret of 32 bytes, and what tells it to the recipient. */
export interface KemEncapsulation {
  readonly sharedSecret: Uint8Array
  readonly encapsulated: Uint8Array
}

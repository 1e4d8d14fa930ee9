import type { KEM, KEMFactory, Key } from 'hpke'
import { derivePrivateKey } from './derive-private-key.ts'
import type { KemScheme } from './kem-scheme.ts'

/** A key as the library passes it round. */
export interface RawKey extends Key {
  readonly bytes: Uint8Array
}

/** Bytes of the shared secret of every KEM here. */
const SHARED_SECRET_BYTES = 32

/** Puts a KEM of ours under the library, whose own ones need a WebCrypto that few have, and warn in Node. */
export function kemFactory(scheme: KemScheme): KEMFactory<RawKey> {
  const algorithm = { name: scheme.name }
  const privateKey = (bytes: Uint8Array): RawKey => ({ type: 'private', algorithm, extractable: true, bytes })
  const publicKey = (bytes: Uint8Array): RawKey => ({ type: 'public', algorithm, extractable: true, bytes })
  const pairOf = (bytes: Uint8Array) => ({
    privateKey: privateKey(bytes),
    publicKey: publicKey(scheme.decapsulator(bytes).publicKey),
  })
  const kem: KEM<RawKey> = {
    type: 'KEM',
    id: scheme.id,
    name: scheme.name,
    Nsecret: SHARED_SECRET_BYTES,
    Nenc: scheme.encapsulatedBytes,
    Npk: scheme.publicKeyBytes,
    Nsk: scheme.privateKeyBytes,
    DeriveKeyPair: async (ikm) => pairOf(await derivePrivateKey(scheme, ikm)),
    GenerateKeyPair: async () => pairOf(crypto.getRandomValues(new Uint8Array(scheme.privateKeyBytes))),
    SerializePublicKey: async ({ bytes }) => bytes.slice(),
    DeserializePublicKey: async (bytes) => publicKey(bytes.slice()),
    SerializePrivateKey: async ({ bytes }) => bytes.slice(),
    DeserializePrivateKey: async (bytes) => privateKey(bytes.slice()),
    async Encap({ bytes }) {
      const { sharedSecret, encapsulated } = scheme.encapsulate(bytes)
      return { shared_secret: sharedSecret, enc: encapsulated }
    },
    Decap: async (encapsulated, { bytes }) => scheme.decapsulator(bytes).decapsulate(encapsulated),
  }
  return () => kem
}

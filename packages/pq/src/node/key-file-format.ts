import { createHash } from 'node:crypto'
import type { Address } from '@domainsync/core'
import { KeyFileError } from './key-file-error.ts'
import { KEY_SECRET_BYTES, type KeyIdentity } from './key-identity.ts'

/** Cost of argon2id (RFC 9106). */
export interface KdfCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
}

/** What new key files are written with: 64 MiB, about 0.2 s. */
export const KDF_COST: KdfCost = { memoryKiB: 65_536, passes: 3, parallelism: 4 }
/** The most a key file may ask of the machine that opens it. */
export const KDF_COST_MAX: KdfCost = { memoryKiB: 262_144, passes: 10, parallelism: 16 }

/** Bytes of the salt of argon2id. */
export const SALT_BYTES = 16
/** Bytes of the nonce of AES-GCM. */
export const NONCE_BYTES = 12
/** Bytes of the tag of AES-GCM. */
export const TAG_BYTES = 16

const FORMAT = 'domainsync-key'
const VERSION = 1

/** The readable part of a key file. */
export interface KeyFileHeader {
  readonly identity: KeyIdentity
  readonly cost: KdfCost
  readonly salt: Uint8Array
  readonly nonce: Uint8Array
}

/** A key file: the header, and the secret under AES-256-GCM with its 16-byte tag behind. */
export interface SealedKey {
  readonly header: KeyFileHeader
  readonly ciphertext: Uint8Array
}

/** The bytes of the header that the cipher authenticates: its JSON without white space. */
export function headerBytes(header: KeyFileHeader): Uint8Array {
  return Buffer.from(JSON.stringify(headerJson(header)))
}

/** The text of a key file. Its checksum tells damage from a wrong passphrase; it protects nothing. */
export function encodeKeyFile(sealed: SealedKey): string {
  return `${JSON.stringify(keyFileJson(sealed), null, 2)}\n`
}

/**
 * Reads the text of a key file. White space is free; every value counts.
 *
 * @param name stands in the errors
 * @throws KeyFileError `KEY_FILE_DAMAGED`, `KEY_FILE_VERSION`, `KEY_FILE_COST`
 */
export function decodeKeyFile(text: string, name: string): SealedKey {
  const damaged = (cause?: unknown) =>
    new KeyFileError('KEY_FILE_DAMAGED', `${name} is damaged or not a key file; restore it from a copy.`, { cause })
  const value = parse(text, damaged)
  if (value.format !== FORMAT) throw damaged()
  if (Number.isSafeInteger(value.version) && value.version !== VERSION) {
    throw new KeyFileError(
      'KEY_FILE_VERSION',
      `${name} is a key file of version ${value.version}; this version of DomainSync reads ${VERSION}: update it.`,
    )
  }
  const sealed = sealedKey(value)
  // One comparison for everything else: unknown and repeated fields, other spellings of a value, and the checksum. No value
  // has white space in it.
  if (sealed === undefined || JSON.stringify(keyFileJson(sealed)) !== text.replace(/\s/g, '')) throw damaged()
  checkCost(sealed.header.cost, name)
  return sealed
}

type Json = Record<string, unknown>

function headerJson({ identity, cost: { memoryKiB, passes, parallelism }, salt, nonce }: KeyFileHeader): Json {
  const { kind } = identity
  const named = kind === 'account' ? { kind, address: identity.address } : { kind, keyId: identity.keyId }
  return {
    format: FORMAT,
    version: VERSION,
    ...named,
    kdf: { name: 'argon2id', memoryKiB, passes, parallelism, salt: hex(salt) },
    cipher: { name: 'AES-256-GCM', nonce: hex(nonce) },
  }
}

function keyFileJson({ header, ciphertext }: SealedKey): Json {
  const checksum = createHash('sha256').update(headerBytes(header)).update(ciphertext).digest('hex')
  return { ...headerJson(header), ciphertext: hex(ciphertext), checksum }
}

function sealedKey(value: Json): SealedKey | undefined {
  const { kdf, cipher, ciphertext } = value
  if (!isRecord(kdf) || !isRecord(cipher) || !isHex(ciphertext, KEY_SECRET_BYTES + TAG_BYTES)) return undefined
  const { memoryKiB, passes, parallelism, salt } = kdf
  const { nonce } = cipher
  const identity = identityOf(value)
  if (identity === undefined || !isCount(memoryKiB) || !isCount(passes) || !isCount(parallelism)) return undefined
  if (!isHex(salt, SALT_BYTES) || !isHex(nonce, NONCE_BYTES)) return undefined
  return {
    header: { identity, cost: { memoryKiB, passes, parallelism }, salt: bytes(salt), nonce: bytes(nonce) },
    ciphertext: bytes(ciphertext),
  }
}

function identityOf({ kind, address, keyId }: Json): KeyIdentity | undefined {
  if ((kind === 'release' || kind === 'recipient') && isHex(keyId, 32)) return { kind, keyId }
  if (kind === 'account' && typeof address === 'string' && isHex(address.slice(2), 20)) {
    return { kind, address: `0x${address.slice(2)}` satisfies Address }
  }
  return undefined
}

function checkCost({ memoryKiB, passes, parallelism }: KdfCost, name: string): void {
  const { memoryKiB: maxMemory, passes: maxPasses, parallelism: maxParallelism } = KDF_COST_MAX
  const inBounds = memoryKiB <= maxMemory && passes <= maxPasses && parallelism <= maxParallelism
  // RFC 9106 §3.1: at least 8 KiB a lane.
  if (inBounds && memoryKiB >= 8 * parallelism) return
  throw new KeyFileError(
    'KEY_FILE_COST',
    `${name} asks for argon2id with ${memoryKiB} KiB, ${passes} passes and ${parallelism} lanes; at most ${maxMemory} KiB, ${maxPasses} and ${maxParallelism} are accepted. It was not written by DomainSync: do not use it.`,
  )
}

function parse(text: string, damaged: (cause?: unknown) => KeyFileError): Json {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw damaged(cause)
  }
  if (!isRecord(value)) throw damaged()
  return value
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length === 2 * length && /^[0-9a-f]*$/.test(value)
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { DomainName } from './domain-name.ts'

/** A 32-byte value as `0x` and 64 lower-case hex digits. */
export type Bytes32 = `0x${string}`

/** A 20-byte address as `0x` and 40 lower-case hex digits (no checksum case). */
export type Address = `0x${string}`

/**
 * The EIP-137 hash of a name's labels. The labels are hashed as they are, without ENSIP-15: a {@link DomainName} is already
 * normalised by DNS's own rules.
 */
export function namehash(name: DomainName): Bytes32 {
  let node: Uint8Array = new Uint8Array(32)
  for (const label of name.split('.').reverse()) {
    node = keccak_256(concatBytes(node, keccak_256(utf8ToBytes(label))))
  }
  return `0x${bytesToHex(node)}`
}

/**
 * The registry's id of a domain: the low 20 bytes of its node.
 *
 * Warning: it looks like an address, but nobody holds its key. Never send funds to one; compare the full node when reading.
 */
export function domainId(name: DomainName): Address {
  return `0x${namehash(name).slice(-40)}`
}

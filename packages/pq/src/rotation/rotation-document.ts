import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { HybridDocument } from '../hybrid-document.ts'
import { ROTATION_PAYLOAD_TYPE, type RotationStatement } from './rotation-statement.ts'

/** What a rotation's envelope is, but for its payload. */
export function rotationEnvelope({
  domain,
  chainId,
}: Pick<RotationStatement, 'domain' | 'chainId'>): Omit<HybridDocument, 'payload'> {
  return {
    name: 'key rotation',
    payloadType: ROTATION_PAYLOAD_TYPE,
    text: (encoding) =>
      `DomainSync key rotation of ${domain} on chain ${chainId}: sha256 ${bytesToHex(sha256(encoding))}`,
  }
}

import type { Address } from '@domainsync/core'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { PqError } from '../pq-error.ts'
import type { HybridKeys } from '../verify-hybrid.ts'

/** DSSE payload type of a rotation. */
export const ROTATION_PAYLOAD_TYPE = 'application/vnd.domainsync.key-rotation+json'

/** The old keys of a domain name the new ones. */
export interface RotationStatement {
  /** The A-label name. */
  readonly domain: string
  readonly chainId: number
  readonly registry: Address
  /** The keys that sign this. */
  readonly from: HybridKeys
  /** The keys that sign from the next change of trust on. */
  readonly to: HybridKeys
  /** ISO 8601, UTC; informational. */
  readonly createdAt: string
}

/** The bytes that are signed: UTF-8 JSON without white space, keys in this order, hex in lower case. */
export function encodeRotationStatement(statement: RotationStatement): Uint8Array {
  const { domain, chainId, registry, from, to, createdAt } = statement
  return utf8ToBytes(
    JSON.stringify({
      domain,
      chainId,
      registry: registry.toLowerCase(),
      from: keysJson(from),
      to: keysJson(to),
      createdAt,
    }),
  )
}

function keysJson({ pqKeyHash, signer }: HybridKeys): HybridKeys {
  return { pqKeyHash: pqKeyHash.toLowerCase() as HybridKeys['pqKeyHash'], signer: signer.toLowerCase() as Address }
}

/**
 * Reads a statement in exactly the form {@link encodeRotationStatement} writes.
 *
 * @throws PqError `ROTATION_MALFORMED`
 */
export function decodeRotationStatement(bytes: Uint8Array): RotationStatement {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const statement = statementOf(JSON.parse(text))
    if (statement !== undefined && new TextDecoder().decode(encodeRotationStatement(statement)) === text) {
      return statement
    }
  } catch (cause) {
    throw malformed(cause)
  }
  throw malformed()
}

function statementOf(value: unknown): RotationStatement | undefined {
  if (!isRecord(value)) return undefined
  const { domain, chainId, registry, from, to, createdAt } = value
  const isWhole =
    typeof domain === 'string' &&
    Number.isSafeInteger(chainId) &&
    isHex(registry, 20) &&
    areKeys(from) &&
    areKeys(to) &&
    typeof createdAt === 'string' &&
    !Number.isNaN(Date.parse(createdAt))
  return isWhole ? (value as unknown as RotationStatement) : undefined
}

function areKeys(value: unknown): value is HybridKeys {
  return isRecord(value) && isHex(value.pqKeyHash, 32) && isHex(value.signer, 20)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isHex(value: unknown, length: number): boolean {
  return typeof value === 'string' && value.length === 2 + 2 * length && /^0x[0-9a-f]+$/.test(value)
}

function malformed(cause?: unknown): PqError {
  return new PqError('ROTATION_MALFORMED', 'A key rotation is not in the one form that is signed.', { cause })
}

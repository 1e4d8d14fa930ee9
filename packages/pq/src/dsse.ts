import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { PqError } from './pq-error.ts'

/** Largest envelope that is read. */
export const ENVELOPE_MAX_BYTES = 64 * 1024 * 1024

/** One signature of an {@link Envelope}. */
export interface EnvelopeSignature {
  /** Names the key; a hint, never trusted. */
  readonly keyid: string
  readonly sig: Uint8Array
}

/** A DSSE v1 envelope, decoded. */
export interface Envelope {
  readonly payloadType: string
  readonly payload: Uint8Array
  readonly signatures: readonly EnvelopeSignature[]
}

/** The bytes that DSSE signatures cover: `DSSEv1 <length> <type> <length> <payload>` (DSSE protocol 1.0.2). */
export function preAuthEncoding({ payloadType, payload }: Pick<Envelope, 'payloadType' | 'payload'>): Uint8Array {
  const type = utf8ToBytes(payloadType)
  return concatBytes(utf8ToBytes(`DSSEv1 ${type.length} `), type, utf8ToBytes(` ${payload.length} `), payload)
}

/** The envelope as JSON: UTF-8, no white space, keys in the standard's order. Equal envelopes give equal bytes. */
export function encodeEnvelope({ payloadType, payload, signatures }: Envelope): Uint8Array {
  return utf8ToBytes(
    toJson({
      payloadType,
      payload: encodeBase64(payload),
      signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: encodeBase64(sig) })),
    }),
  )
}

/**
 * Reads an envelope in exactly the form {@link encodeEnvelope} writes. Any other spelling of the same values is refused:
 * white space, another order, unknown or repeated keys, trailing bytes, other base64. Nothing is verified here.
 *
 * @throws PqError `ENVELOPE_MALFORMED`, `ENVELOPE_TOO_LARGE`
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length > ENVELOPE_MAX_BYTES) {
    throw new PqError(
      'ENVELOPE_TOO_LARGE',
      `The signed release has ${bytes.length} bytes; at most ${ENVELOPE_MAX_BYTES} are read.`,
    )
  }
  const text = decodeText(bytes)
  const json = parseEnvelope(text)
  if (toJson(json) !== text) throw malformed('it is not in the one form that is signed and served')
  return {
    payloadType: json.payloadType,
    payload: fromBase64(json.payload, 'payload'),
    signatures: json.signatures.map(({ keyid, sig }, index) => ({
      keyid,
      sig: fromBase64(sig, `signatures[${index}].sig`),
    })),
  }
}

interface EnvelopeJson {
  readonly payloadType: string
  readonly payload: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

/** Only the keys of the standard, in its order, whatever else the values carry. */
function toJson({ payloadType, payload, signatures }: EnvelopeJson): string {
  return JSON.stringify({ payloadType, payload, signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })) })
}

function parseEnvelope(text: string): EnvelopeJson {
  const value = parseJson(text)
  expect(isRecord(value), 'it is not a JSON object')
  const { payloadType, payload, signatures } = value
  expect(typeof payloadType === 'string', 'payloadType is not text')
  expect(typeof payload === 'string', 'payload is not text')
  expect(Array.isArray(signatures), 'signatures is not a list')
  return {
    payloadType,
    payload,
    signatures: signatures.map((entry: unknown, index) => {
      expect(isRecord(entry), `signatures[${index}] is not an object`)
      const { keyid, sig } = entry
      expect(typeof keyid === 'string', `signatures[${index}].keyid is not text`)
      expect(typeof sig === 'string', `signatures[${index}].sig is not text`)
      return { keyid, sig }
    }),
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw malformed('it is not UTF-8', cause)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed('it is not JSON', cause)
  }
}

function fromBase64(text: string, where: string): Uint8Array {
  const bytes = decodeBase64(text)
  expect(bytes !== undefined, `${where} is not canonical base64`)
  return bytes
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw malformed(what)
}

function malformed(what: string, cause?: unknown): PqError {
  return new PqError('ENVELOPE_MALFORMED', `The signed release cannot be read: ${what}.`, { cause })
}

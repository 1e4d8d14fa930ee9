import { createHmac, timingSafeEqual } from 'node:crypto'
import { DnsError } from '../dns-error.ts'
import { CLASS, type Message, type ReadRecord, TYPE, writeRecord } from './message.ts'
import { canonicalName, readName, writeName } from './name.ts'

/** Algorithms of RFC 8945, 6, by their names on the wire; all must be full length here (no truncated MACs). */
const HASHES = { 'hmac-sha256': 'sha256', 'hmac-sha384': 'sha384', 'hmac-sha512': 'sha512' } as const
export type TsigAlgorithm = keyof typeof HASHES

/** Clock difference allowed, in seconds (RFC 8945, 10). */
export const TSIG_FUDGE_SECONDS = 300

/** A shared secret. `name` and `algorithm` are part of what is signed. */
export interface TsigKey {
  readonly name: string
  readonly secret: Uint8Array
  readonly algorithm: TsigAlgorithm
}

/** The data of a TSIG record (RFC 8945, 4.2). */
export interface Tsig {
  readonly keyName: string
  readonly algorithm: string
  readonly timeSeconds: number
  readonly fudgeSeconds: number
  readonly mac: Uint8Array
  readonly originalId: number
  /** 0, or `BADSIG`, `BADKEY`, `BADTIME` of RCODE. */
  readonly error: number
  readonly other: Uint8Array
}

/** @throws DnsError `DNS_KEY_INVALID` when the name, the base64 or the algorithm is not one, or the secret is short. */
export function tsigKey(config: {
  readonly name: string
  readonly secret: string
  readonly algorithm?: string | undefined
}): TsigKey {
  const name = canonicalName(config.name)
  const algorithm = canonicalName(config.algorithm ?? 'hmac-sha256')
  if (!Object.hasOwn(HASHES, algorithm))
    throw invalid(name, `algorithm must be one of ${Object.keys(HASHES).join(', ')}`)
  const secret = Buffer.from(config.secret, 'base64')
  if (secret.toString('base64').replaceAll('=', '') !== config.secret.trim().replaceAll('=', '')) {
    throw invalid(name, 'secret is not base64')
  }
  if (secret.length < 16) throw invalid(name, 'secret has fewer than 16 bytes')
  writeName(name)
  return { name, secret, algorithm: algorithm as TsigAlgorithm }
}

function invalid(name: string, why: string): DnsError {
  return new DnsError('DNS_KEY_INVALID', `The key "${name}" cannot be used: its ${why}.`, { retryable: false })
}

/**
 * Appends a TSIG record to a message (RFC 8945, 5.1 and 5.3). `requestMac` is given when an answer is signed.
 *
 * Errors `BADKEY` and `BADSIG` carry no MAC: there is no key that both sides share (5.3.2).
 */
export function signMessage(
  message: Uint8Array,
  key: TsigKey | { readonly name: string; readonly algorithm: string; readonly secret?: undefined },
  options: {
    timeSeconds: number
    fudgeSeconds?: number
    requestMac?: Uint8Array | undefined
    error?: number
    other?: Uint8Array
  },
): { message: Buffer; mac: Uint8Array } {
  const { timeSeconds, fudgeSeconds = TSIG_FUDGE_SECONDS, requestMac, error = 0, other = new Uint8Array() } = options
  const originalId = Buffer.from(message).readUInt16BE(0)
  const unsigned = { keyName: key.name, algorithm: key.algorithm, timeSeconds, fudgeSeconds, originalId, error, other }
  const mac = key.secret ? computeMac(message, unsigned, key, requestMac) : new Uint8Array()
  const signed = Buffer.concat([message, writeTsig({ ...unsigned, mac })])
  signed.writeUInt16BE(signed.readUInt16BE(10) + 1, 10)
  return { message: signed, mac }
}

/**
 * The TSIG record of a message, which must be the last one of the additional section and the only one (RFC 8945, 5.2).
 *
 * @throws DnsError `DNS_MALFORMED`
 */
export function findTsig(message: Message<ReadRecord>): { tsig: Tsig; start: number } | undefined {
  const { answers, authorities, additionals } = message
  const all = [...answers, ...authorities, ...additionals]
  const index = all.findIndex(({ type }) => type === TYPE.TSIG)
  if (index < 0) return undefined
  const record = all[index]!
  if (index !== all.length - 1 || additionals.length === 0 || record.class !== CLASS.ANY || record.ttl !== 0) {
    throw malformed()
  }
  return { tsig: readTsig(record), start: record.start }
}

/**
 * Checks a signed message: key, then MAC, then time (RFC 8945, 5.2). `bytes` are the whole message as received, `start`
 * where its TSIG record begins.
 */
export function verifyMessage(
  bytes: Uint8Array,
  { tsig, start }: { tsig: Tsig; start: number },
  options: { key: TsigKey | undefined; nowSeconds: number; requestMac?: Uint8Array | undefined },
): 'valid' | 'BADKEY' | 'BADSIG' | 'BADTIME' {
  const { key, nowSeconds, requestMac } = options
  if (!key || key.name !== tsig.keyName || key.algorithm !== tsig.algorithm) return 'BADKEY'
  const stripped = Buffer.from(bytes.subarray(0, start))
  stripped.writeUInt16BE(stripped.readUInt16BE(10) - 1, 10)
  stripped.writeUInt16BE(tsig.originalId, 0)
  const expected = computeMac(stripped, tsig, key, requestMac)
  if (expected.length !== tsig.mac.length || !timingSafeEqual(expected, tsig.mac)) return 'BADSIG'
  return Math.abs(nowSeconds - tsig.timeSeconds) > tsig.fudgeSeconds ? 'BADTIME' : 'valid'
}

/** The digest of RFC 8945, 4.3: request MAC, message, TSIG variables. */
function computeMac(
  message: Uint8Array,
  tsig: Omit<Tsig, 'mac'>,
  key: TsigKey,
  requestMac: Uint8Array | undefined,
): Uint8Array {
  const hmac = createHmac(HASHES[key.algorithm], key.secret)
  if (requestMac) hmac.update(uint16(requestMac.length)).update(requestMac)
  return hmac
    .update(message)
    .update(writeName(tsig.keyName))
    .update(Buffer.concat([uint16(CLASS.ANY), Buffer.alloc(4)]))
    .update(writeName(tsig.algorithm))
    .update(writeTime(tsig))
    .update(Buffer.concat([uint16(tsig.error), uint16(tsig.other.length), tsig.other]))
    .digest()
}

function writeTsig(tsig: Tsig): Buffer {
  const { keyName, algorithm, mac, originalId, error, other } = tsig
  const rdata = Buffer.concat([
    writeName(algorithm),
    writeTime(tsig),
    uint16(mac.length),
    mac,
    uint16(originalId),
    uint16(error),
    uint16(other.length),
    other,
  ])
  return writeRecord({ name: keyName, type: TYPE.TSIG, class: CLASS.ANY, ttl: 0, rdata })
}

function readTsig({ name, rdata }: ReadRecord): Tsig {
  const { name: algorithm, next } = readName(rdata, 0)
  const data = Buffer.from(rdata.subarray(next))
  if (data.length < 16) throw malformed()
  const macLength = data.readUInt16BE(8)
  if (data.length < 16 + macLength) throw malformed()
  const [originalId, error, otherLength] = [10, 12, 14].map((at) => data.readUInt16BE(at + macLength))
  if (data.length !== 16 + macLength + otherLength!) throw malformed()
  return {
    keyName: name,
    algorithm,
    timeSeconds: data.readUIntBE(0, 6),
    fudgeSeconds: data.readUInt16BE(6),
    mac: data.subarray(10, 10 + macLength),
    originalId: originalId!,
    error: error!,
    other: data.subarray(16 + macLength),
  }
}

/** Time signed and fudge: 48 and 16 bits. */
function writeTime({ timeSeconds, fudgeSeconds }: Pick<Tsig, 'timeSeconds' | 'fudgeSeconds'>): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUIntBE(timeSeconds, 0, 6)
  bytes.writeUInt16BE(fudgeSeconds, 6)
  return bytes
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}

function malformed(): DnsError {
  return new DnsError('DNS_MALFORMED', 'The TSIG record cannot be read, or is not the last one of the message.')
}

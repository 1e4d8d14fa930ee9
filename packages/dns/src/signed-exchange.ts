import type { Clock } from '@domainsync/core'
import { DnsError } from './dns-error.ts'
import { type DnsAddress, exchangeTcp } from './exchange.ts'
import { FLAG, type Message, RCODE, type ReadRecord, rcodeName, readMessage } from './wire/message.ts'
import { findTsig, signMessage, type Tsig, type TsigKey, verifyMessage } from './wire/tsig.ts'

export interface SignedExchangeOptions {
  readonly key: TsigKey
  readonly clock: Pick<Clock, 'now'>
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

export interface SignedAnswer {
  readonly answer: Message<ReadRecord>
  /** The whole message: names in record data may point into it. */
  readonly bytes: Buffer
}

/** Refusals that a server may send without a signature: it has read nothing that could be signed. They change nothing. */
const UNSIGNED_REFUSALS: ReadonlySet<number> = new Set([RCODE.FORMERR, RCODE.SERVFAIL, RCODE.NOTIMP, RCODE.REFUSED])

/**
 * Sends a message with our signature over TCP and returns the answer once its own signature is verified; a plain refusal
 * may come unsigned.
 *
 * @throws DnsError `DNS_KEY_REJECTED`, `DNS_ANSWER_UNVERIFIED`, `DNS_TIMEOUT`, `DNS_UNREACHABLE`
 */
export async function exchangeSigned(
  server: DnsAddress,
  message: Buffer,
  { key, clock, timeoutMs, signal }: SignedExchangeOptions,
): Promise<SignedAnswer> {
  const where = `${server.host}:${server.port}`
  const nowSeconds = () => Math.floor(clock.now() / 1000)
  const signed = signMessage(message, key, { timeSeconds: nowSeconds() })
  const id = message.readUInt16BE(0)
  const bytes = await exchangeTcp(server, signed.message, {
    signal,
    timeoutMs,
    accept: (answer) => answers(answer, id),
  })
  const answer = readMessage(bytes)
  const signature = findTsig(answer)
  if (!signature) {
    if (UNSIGNED_REFUSALS.has(answer.rcode)) return { answer, bytes }
    if (answer.rcode === RCODE.NOTAUTH) throw keyRejected(where, key, 'NOTAUTH')
    throw unverified(where, `its ${rcodeName(answer.rcode)} is not signed`)
  }
  const { tsig } = signature
  // These two come without a MAC: the server has no key that it could sign with (RFC 8945, 5.3.2).
  if (tsig.error === RCODE.BADKEY) throw keyRejected(where, key, 'BADKEY: it does not know this key name and algorithm')
  if (tsig.error === RCODE.BADSIG) throw keyRejected(where, key, 'BADSIG: it has another secret')
  const checked = verifyMessage(bytes, signature, { key, nowSeconds: nowSeconds(), requestMac: signed.mac })
  if (tsig.error === RCODE.BADTIME && checked !== 'BADSIG' && checked !== 'BADKEY') {
    throw keyRejected(where, key, clockText(tsig, nowSeconds()))
  }
  if (checked !== 'valid') throw unverified(where, `the signature of its answer is ${checked}`)
  return { answer, bytes }
}

function answers(bytes: Buffer, id: number): boolean {
  try {
    const message = readMessage(bytes)
    findTsig(message)
    return message.id === id && (message.flags & FLAG.QR) !== 0
  } catch {
    return false
  }
}

function clockText({ other }: Tsig, nowSeconds: number): string {
  if (other.length !== 6) return 'BADTIME: the clocks differ'
  const serverSeconds = Buffer.from(other).readUIntBE(0, 6)
  return `BADTIME: its clock says ${new Date(serverSeconds * 1000).toISOString()}, ours ${new Date(nowSeconds * 1000).toISOString()}`
}

function keyRejected(where: string, key: TsigKey, why: string): DnsError {
  return new DnsError(
    'DNS_KEY_REJECTED',
    `${where} rejects the key "${key.name}" (${why}); check the key and the clocks.`,
    {
      retryable: false,
      state: 'DNS was not changed.',
    },
  )
}

function unverified(where: string, why: string): DnsError {
  return new DnsError('DNS_ANSWER_UNVERIFIED', `The answer of ${where} cannot be trusted: ${why}.`)
}

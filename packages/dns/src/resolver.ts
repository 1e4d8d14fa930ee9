import { randomInt } from 'node:crypto'
import type { CallOptions, DnsAnswer, Resolver } from '@domainsync/core'
import { encode, type Question as PacketQuestion } from 'dns-packet'
import { DnsError } from './dns-error.ts'
import { type DnsAddress, exchangeTcp, exchangeUdp } from './exchange.ts'
import {
  FLAG,
  type MessageHead,
  OPCODE,
  type Question,
  rcodeName,
  readHead,
  readMessage,
  TYPE,
} from './wire/message.ts'
import { canonicalName, writeName } from './wire/name.ts'
import { recordTexts } from './wire/record-text.ts'

/** Time allowed for one query, retries and the change to TCP included. */
export const QUERY_TIMEOUT_MS = 5_000
/** UDP answers above this are fragmented on the way, and then lost or forged (RFC 6891; DNS flag day 2020). */
export const UDP_PAYLOAD_BYTES = 1_232

export interface ResolverConfig {
  readonly host: string
  readonly port?: number
  /** For messages; `host:port` by default. */
  readonly name?: string
  /** The RD bit; false asks a server only for what it is authoritative for. Default true. */
  readonly recursionDesired?: boolean
}

/**
 * Asks one DNS server, over UDP with a random id and port, sent once more when lost, then over TCP when the answer was
 * cut. Answers that cannot be read, or have another id or question, are ignored: only the time limit ends the waiting.
 *
 * `query` throws DnsError `DNS_TIMEOUT` and `DNS_UNREACHABLE`, which mean unknown, never bad; `DNS_NAME_INVALID`.
 */
export function createResolver({ host, port = 53, name, recursionDesired = true }: ResolverConfig): Resolver {
  const server: DnsAddress = { host, port }
  return {
    name: name ?? (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`),
    async query(queryName, type, { signal, timeoutMs = QUERY_TIMEOUT_MS }: CallOptions = {}) {
      const { message, id, question } = encodeQuery(queryName, type, recursionDesired)
      const deadline = performance.now() + timeoutMs
      let answer: DnsAnswer | undefined
      let cut = false
      const accept = (bytes: Buffer): boolean => {
        const head = answerHead(bytes, id, question)
        if (!head) return false
        cut = (head.flags & FLAG.TC) !== 0
        // A cut answer may end in the middle of a set, or of a record: nothing in it counts.
        answer = cut ? undefined : readAnswer(bytes)
        return cut || answer !== undefined
      }
      await exchangeUdp(server, message, { signal, timeoutMs, accept })
      if (cut) {
        const leftMs = Math.max(1, deadline - performance.now())
        await exchangeTcp(server, message, { signal, timeoutMs: Math.ceil(leftMs), accept })
      }
      if (answer) return answer
      throw new DnsError('DNS_MALFORMED', `${host}:${port} cuts its answers over TCP too; its state is unknown.`)
    },
  }
}

function encodeQuery(name: string, type: string, recursionDesired: boolean) {
  writeName(name)
  const id = randomInt(0x10000)
  const asked: PacketQuestion = { name: canonicalName(name), type: type.toUpperCase() as PacketQuestion['type'] }
  const message = encode({
    type: 'query',
    id,
    flags: recursionDesired ? FLAG.RD : 0,
    questions: [asked],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_PAYLOAD_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  })
  const question = readMessage(message).questions[0]!
  if (question.type === 0) {
    throw new DnsError('DNS_NAME_INVALID', `"${type}" is not a DNS record type.`, { retryable: false })
  }
  return { message, id, question }
}

/** Header and question when they answer ours; `undefined` for noise and forgeries. */
function answerHead(bytes: Buffer, id: number, question: Question): MessageHead | undefined {
  try {
    const { head } = readHead(bytes)
    const [echo, ...more] = head.questions
    if (head.id !== id || !(head.flags & FLAG.QR) || head.opcode !== OPCODE.QUERY) return undefined
    if (!echo || more.length > 0) return undefined
    const same = echo.name === question.name && echo.type === question.type && echo.class === question.class
    return same ? head : undefined
  } catch {
    return undefined
  }
}

function readAnswer(bytes: Buffer): DnsAnswer | undefined {
  try {
    const message = readMessage(bytes)
    const extended = message.additionals.find(({ type }) => type === TYPE.OPT)?.ttl ?? 0
    const rcode = rcodeName(((extended >>> 24) << 4) | message.rcode)
    return { rcode, authoritative: (message.flags & FLAG.AA) !== 0, ...recordTexts(bytes) }
  } catch {
    return undefined
  }
}

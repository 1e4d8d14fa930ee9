import type { Clock } from '@domainsync/core'
import {
  FLAG,
  type Message,
  OPCODE,
  RCODE,
  type ReadRecord,
  rcodeName,
  readMessage,
  TYPE,
  type WireRecord,
  writeMessage,
} from '../wire/message.ts'
import { readName, writeName } from '../wire/name.ts'
import { findTsig, signMessage, type Tsig, verifyMessage } from '../wire/tsig.ts'
import { answerQuestion, type QuestionAnswer } from './answer-question.ts'
import type { DnsServerEvent } from './dns-server.ts'
import type { UpdateKey } from './update-keys.ts'
import type { SubmitOutcome, UpdateQueue } from './update-queue.ts'

/** UDP answers without EDNS (RFC 1035, 4.2.1), and the most that we send with it. */
const PLAIN_UDP_BYTES = 512
const MAX_UDP_BYTES = 1_232
const MAX_TCP_BYTES = 65_535
const HEADER_BYTES = 12

export interface RequestHandlerOptions {
  readonly updates: UpdateQueue
  readonly keys: ReadonlyMap<string, UpdateKey>
  readonly clock: Pick<Clock, 'now'>
  readonly onEvent: (event: DnsServerEvent) => void
}

/** One request as it goes through: parsed, and its signature when that was valid. */
interface Request {
  readonly bytes: Buffer
  readonly message: Message<ReadRecord>
  readonly signer: { readonly key: UpdateKey; readonly tsig: Tsig } | undefined
  readonly maxBytes: number
}

/** Turns request bytes into answer bytes; `undefined` for what gets no answer. Never throws for what a client sent. */
export function createRequestHandler({ updates, keys, clock, onEvent }: RequestHandlerOptions) {
  const nowSeconds = () => Math.floor(clock.now() / 1000)

  return async function handle(bytes: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined> {
    // An answer must not be answered: two servers would talk for ever.
    if (bytes.length < HEADER_BYTES || (bytes.readUInt16BE(2) & FLAG.QR) !== 0) return undefined
    let message: Message<ReadRecord>
    let signature: ReturnType<typeof findTsig>
    try {
      message = readMessage(bytes)
      signature = findTsig(message)
    } catch {
      return headerOnly(bytes, RCODE.FORMERR)
    }
    const request: Request = { bytes, message, signer: undefined, maxBytes: maxBytes(message, transport) }
    if (!signature) return await dispatch(request)
    const key = keys.get(signature.tsig.keyName)
    const checked = verifyMessage(bytes, signature, { key: key?.key, nowSeconds: nowSeconds() })
    if (checked === 'valid') return await dispatch({ ...request, signer: { key: key!, tsig: signature.tsig } })
    refuse(message, RCODE.NOTAUTH, signature.tsig.keyName, checked)
    return tsigRefusal(request, signature.tsig, key, checked)
  }

  function dispatch(request: Request): Buffer | Promise<Buffer> {
    const { message, signer } = request
    switch (message.opcode) {
      case OPCODE.QUERY:
        return answerQuery(request)
      case OPCODE.UPDATE:
        if (signer) return answerUpdate(request, signer)
        refuse(message, RCODE.REFUSED, undefined, 'the update is not signed')
        return respond(request, empty(RCODE.REFUSED))
      default:
        return respond(request, empty(RCODE.NOTIMP))
    }
  }

  function answerQuery(request: Request): Buffer {
    const [question, ...more] = request.message.questions
    if (!question || more.length > 0) return respond(request, empty(RCODE.FORMERR))
    const edns = request.message.additionals.find(({ type }) => type === TYPE.OPT)
    if (edns && ((edns.ttl >>> 16) & 0xff) !== 0) return respond(request, empty(RCODE.BADVERS))
    return respond(request, answerQuestion(updates.zones.values(), question))
  }

  async function answerUpdate(request: Request, { key, tsig }: NonNullable<Request['signer']>): Promise<Buffer> {
    const before = updates.handled.find(tsig.mac)
    if (before?.answer) return await before.answer
    // It was handled before a restart: what was answered is not known any more.
    if (before) return tsigRefusal(request, tsig, key, 'BADTIME')
    const answer = (async () => {
      const { rcode, change } = await submit(request.message, key)
      if (change) onEvent({ kind: 'updated', key: key.key.name, ...change })
      else refuse(request.message, rcode, key.key.name, rcodeName(rcode))
      return respond(request, empty(rcode))
    })()
    const expiresAtSeconds = tsig.timeSeconds + tsig.fudgeSeconds
    updates.handled.remember(tsig.mac, { expiresAtSeconds, answer }, nowSeconds())
    return await answer
  }

  async function submit(message: Message<ReadRecord>, key: UpdateKey): Promise<SubmitOutcome> {
    try {
      return await updates.submit(message, key)
    } catch (error) {
      onEvent({ kind: 'error', error })
      return { rcode: RCODE.SERVFAIL }
    }
  }

  function refuse(message: Message, rcode: number, key: string | undefined, reason: string): void {
    const zone = message.questions[0]?.name ?? ''
    onEvent({ kind: 'refused', rcode: rcodeName(rcode), zone, key, reason })
  }

  /** The answer, cut to what fits and signed when the request was (RFC 8945, 5.3). */
  function respond(request: Request, answer: QuestionAnswer): Buffer {
    const sign = (message: Buffer) => {
      if (!request.signer) return message
      const { key, tsig } = request.signer
      return signMessage(message, key.key, { timeSeconds: nowSeconds(), requestMac: tsig.mac }).message
    }
    const whole = sign(encode(request, answer, 0))
    if (whole.length <= request.maxBytes) return whole
    return sign(encode(request, { ...answer, answers: [], authorities: [] }, FLAG.TC))
  }

  /** NOTAUTH with the reason in a TSIG record: signed only for BADTIME, when the key is known to be shared (5.3.2). */
  function tsigRefusal(
    request: Request,
    tsig: Tsig,
    key: UpdateKey | undefined,
    reason: 'BADKEY' | 'BADSIG' | 'BADTIME',
  ): Buffer {
    const message = encode(request, empty(RCODE.NOTAUTH), 0)
    const error = RCODE[reason]
    if (reason === 'BADTIME' && key) {
      const other = Buffer.alloc(6)
      other.writeUIntBE(nowSeconds(), 0, 6)
      const { timeSeconds, mac: requestMac } = tsig
      return signMessage(message, key.key, { timeSeconds, requestMac, error, other }).message
    }
    const unshared = { name: tsig.keyName, algorithm: tsig.algorithm }
    return signMessage(message, unshared, { timeSeconds: tsig.timeSeconds, error }).message
  }
}

function encode({ bytes, message }: Request, answer: QuestionAnswer, extraFlags: number): Buffer {
  const { rcode, authoritative, answers, authorities } = answer
  const edns = message.additionals.some(({ type }) => type === TYPE.OPT)
  const encoded = writeMessage({
    id: message.id,
    flags: FLAG.QR | (authoritative ? FLAG.AA : 0) | (message.flags & FLAG.RD) | extraFlags,
    opcode: message.opcode,
    rcode,
    questions: message.questions,
    answers,
    authorities,
    additionals: edns ? [optRecord(rcode)] : [],
  })
  // The question goes back as it came, upper case included: some resolvers hide a nonce in it.
  const [question, ...more] = message.questions
  if (question && more.length === 0) {
    const { next } = readName(bytes, HEADER_BYTES)
    const copied = next - HEADER_BYTES === writeName(question.name).length
    if (copied) bytes.copy(encoded, HEADER_BYTES, HEADER_BYTES, next)
  }
  return encoded
}

/** RFC 6891, 6.1.2: our payload size as class, the upper bits of the response code in the TTL. */
function optRecord(rcode: number): WireRecord {
  return { name: '', type: TYPE.OPT, class: MAX_UDP_BYTES, ttl: (rcode >> 4) << 24, rdata: new Uint8Array() }
}

function maxBytes(message: Message<ReadRecord>, transport: 'udp' | 'tcp'): number {
  if (transport === 'tcp') return MAX_TCP_BYTES
  const edns = message.additionals.find(({ type }) => type === TYPE.OPT)
  return edns ? Math.min(Math.max(edns.class, PLAIN_UDP_BYTES), MAX_UDP_BYTES) : PLAIN_UDP_BYTES
}

function empty(rcode: number): QuestionAnswer {
  return { rcode, authoritative: false, answers: [], authorities: [] }
}

function headerOnly(bytes: Buffer, rcode: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt16BE(bytes.readUInt16BE(0), 0)
  header.writeUInt16BE(FLAG.QR | (bytes.readUInt16BE(2) & 0x7900) | rcode, 2)
  return header
}

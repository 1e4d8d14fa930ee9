import type { CallOptions, Clock, DomainName, Resolver } from '@domainsync/core'
import { DnsError } from '../dns-error.ts'
import { dnsLinkName } from '../dnslink.ts'
import type { DnsAddress } from '../exchange.ts'
import { exchangeSigned, type SignedAnswer } from '../signed-exchange.ts'
import { CLASS, FLAG, OPCODE, RCODE, rcodeName, TYPE, writeMessage } from '../wire/message.ts'
import { canonicalName, isWithin, readName } from '../wire/name.ts'
import type { TsigKey } from '../wire/tsig.ts'
import { type Update, writeUpdate } from '../wire/update-message.ts'

/** Aliases followed from `_dnslink.<domain>`. */
const MAX_ALIASES = 8
/** The codes of a prerequisite that does not hold (RFC 2136, 2.2). */
const PREREQUISITE_CODES: ReadonlySet<number> = new Set([RCODE.NXDOMAIN, RCODE.YXDOMAIN, RCODE.YXRRSET, RCODE.NXRRSET])

/** The TXT set that holds a domain's DNSLink, as the authoritative server has it. */
export interface TextSet {
  /** After aliases: the name to write. */
  readonly owner: string
  /** `undefined` when there is no record. */
  readonly ttlSeconds: number | undefined
  readonly values: readonly Uint8Array[]
}

export interface SessionConfig {
  readonly server: DnsAddress
  readonly zone: string
  readonly key: TsigKey
  readonly resolver: Resolver | undefined
  readonly clock: Pick<Clock, 'now'>
  readonly nextId: () => number
}

/** One call of the driver: its messages share one time limit. */
export class Rfc2136Session {
  readonly #config: SessionConfig
  readonly #signal: AbortSignal | undefined
  readonly #deadline: number

  constructor(config: SessionConfig, { signal, timeoutMs }: CallOptions & { timeoutMs: number }) {
    this.#config = config
    this.#signal = signal
    this.#deadline = performance.now() + timeoutMs
  }

  /**
   * Finds the set that holds the domain's DNSLink, following aliases until a name in the zone has none.
   *
   * @throws DnsError `DNS_OUTSIDE_ZONE`, `DNS_SERVER_FAILURE`, and those of {@link exchangeSigned}
   */
  async find(domain: DomainName): Promise<TextSet> {
    let name = dnsLinkName(domain)
    for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
      const inZone = isWithin(name, this.#config.zone)
      const found = inZone || !this.#config.resolver ? await this.#ask(name) : await this.#resolve(name)
      if (found.alias === undefined) {
        if (inZone) return { owner: name, ttlSeconds: found.ttlSeconds, values: found.values }
        break
      }
      name = found.alias
    }
    throw new DnsError(
      'DNS_OUTSIDE_ZONE',
      `${dnsLinkName(domain)} is not in the zone "${this.#config.zone}" and no alias (CNAME) leads from it there; add one.`,
      { retryable: false, state: 'DNS was not changed.' },
    )
  }

  /**
   * Sends one update. Leaves a third of the remaining time for a look afterwards.
   *
   * @throws DnsError `DNS_UPDATE_REFUSED`, `DNS_OUTSIDE_ZONE`, `DNS_SERVER_FAILURE`, and those of {@link exchangeSigned}
   */
  async update(update: Omit<Update, 'zone'>): Promise<'applied' | 'prerequisite-failed'> {
    const { zone, nextId } = this.#config
    const { answer } = await this.#exchange(writeUpdate({ zone, ...update }, nextId()), 2 / 3)
    if (answer.rcode === RCODE.NOERROR) return 'applied'
    if (PREREQUISITE_CODES.has(answer.rcode)) return 'prerequisite-failed'
    throw this.#updateError(answer.rcode)
  }

  #updateError(rcode: number): DnsError {
    const { key, zone } = this.#config
    const details = { retryable: false, state: 'DNS was not changed.' }
    switch (rcode) {
      case RCODE.REFUSED:
        return new DnsError(
          'DNS_UPDATE_REFUSED',
          `${this.#where} refuses the update; allow the key "${key.name}" to write this TXT record.`,
          details,
        )
      case RCODE.NOTAUTH:
      case RCODE.NOTZONE:
        return new DnsError('DNS_OUTSIDE_ZONE', `${this.#where} is not the primary of the zone "${zone}".`, details)
      default:
        return new DnsError('DNS_SERVER_FAILURE', `${this.#where} answers ${rcodeName(rcode)} to the update.`)
    }
  }

  async #ask(name: string): Promise<Found> {
    const query = writeMessage({
      id: this.#config.nextId(),
      flags: 0,
      opcode: OPCODE.QUERY,
      rcode: RCODE.NOERROR,
      questions: [{ name, type: TYPE.TXT, class: CLASS.IN }],
      answers: [],
      authorities: [],
      additionals: [],
    })
    const { answer, bytes } = await this.#exchange(query, 1)
    const known = answer.rcode === RCODE.NOERROR || answer.rcode === RCODE.NXDOMAIN
    if (!known || !(answer.flags & FLAG.AA)) {
      const why = known ? 'without authority' : rcodeName(answer.rcode)
      throw new DnsError('DNS_SERVER_FAILURE', `${this.#where} answers ${why} for ${name}; ask the zone's primary.`)
    }
    const own = answer.answers.filter((record) => record.name === name)
    const alias = own.find(({ type }) => type === TYPE.CNAME)
    const texts = own.filter(({ type }) => type === TYPE.TXT)
    return {
      alias: alias && readName(bytes, alias.rdataStart).name,
      ttlSeconds: texts[0]?.ttl,
      values: texts.map(({ rdata }) => rdata),
    }
  }

  async #resolve(name: string): Promise<Found> {
    const options = { signal: this.#signal, timeoutMs: this.#leftMs(1) }
    const { answers } = await this.#config.resolver!.query(name, 'CNAME', options)
    const alias = answers.find((record) => record.type === 'CNAME' && canonicalName(record.name) === name)
    return { alias: alias && canonicalName(alias.data), ttlSeconds: undefined, values: [] }
  }

  #exchange(message: Buffer, share: number): Promise<SignedAnswer> {
    const { server, key, clock } = this.#config
    return exchangeSigned(server, message, { key, clock, signal: this.#signal, timeoutMs: this.#leftMs(share) })
  }

  #leftMs(share: number): number {
    return Math.max(1, Math.ceil((this.#deadline - performance.now()) * share))
  }

  get #where(): string {
    return `${this.#config.server.host}:${this.#config.server.port}`
  }
}

interface Found {
  readonly alias: string | undefined
  readonly ttlSeconds: number | undefined
  readonly values: readonly Uint8Array[]
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exchangeTcp, exchangeUdp } from '../exchange.ts'
import { CIDS, type DnsDriverWorld } from '../testing/dns-driver-conformance.ts'
import { DOMAIN, KEY, rfc2136World, sendUpdate } from '../testing/rfc2136-world.ts'
import { RCODE, rcodeName, readMessage, TYPE } from '../wire/message.ts'
import { findTsig, signMessage, tsigKey, verifyMessage } from '../wire/tsig.ts'
import { writeTxt } from '../wire/txt.ts'
import { type UpdateChange, writeUpdate } from '../wire/update-message.ts'
import { type DnsServer, type DnsServerConfig, type DnsServerEvent, startDnsServer } from './dns-server.ts'

const [A, B] = CIDS
const OWNER = `_dnslink.${DOMAIN}`
const OTHER_KEY = { name: 'other.test', secret: Buffer.alloc(32, 'other').toString('base64') }
const link = (cid: string) => `dnslink=/ipfs/${cid}`
const add = (cid: string, name = OWNER): UpdateChange => ({
  kind: 'add',
  name,
  type: TYPE.TXT,
  ttl: 60,
  rdata: writeTxt(link(cid)),
})
const nowSeconds = () => Math.floor(Date.now() / 1000)

describe('signed updates', () => {
  let server: DnsServer
  let world: DnsDriverWorld
  let events: DnsServerEvent[]
  const start = async (config: Partial<DnsServerConfig> = {}) => {
    events = []
    server = await startDnsServer({
      zones: [{ name: DOMAIN, records: [{ name: 'alias.example.test', type: 'CNAME', ttlSeconds: 1, data: DOMAIN }] }],
      keys: [
        { ...KEY, names: [OWNER, 'alias.example.test'] },
        { ...OTHER_KEY, names: ['_dnslink.other.example.test'] },
      ],
      onEvent: (event) => events.push(event),
      ...config,
    })
    world = rfc2136World(server, server)
  }
  beforeEach(() => start())
  afterEach(() => server.close())

  const change = (changes: UpdateChange[], id = 77) => writeUpdate({ zone: DOMAIN, prerequisites: [], changes }, id)
  const signed = (cid: string, { key = KEY, timeSeconds = nowSeconds(), id = 77, fudgeSeconds = 300 } = {}) =>
    signMessage(change([add(cid)], id), tsigKey(key), { timeSeconds, fudgeSeconds })
  /** Response code, and the TSIG error when there is one. */
  const send = async (bytes: Buffer, exchange = exchangeTcp): Promise<string> => {
    const answer = readMessage(await exchange(server, bytes, { timeoutMs: 2_000, accept: () => true }))
    const error = findTsig(answer)?.tsig.error
    const reason = Object.entries({ BADSIG: 16, BADKEY: 17, BADTIME: 18 }).find(([, code]) => code === error)?.[0]
    return reason ? `${rcodeName(answer.rcode)} ${reason}` : rcodeName(answer.rcode)
  }
  const texts = async () => (await world.texts()).values

  it('are done over TCP and UDP, and answered with a signature', async () => {
    for (const [exchange, cid] of [
      [exchangeTcp, A],
      [exchangeUdp, B],
    ] as const) {
      await world.setTexts([])
      const { message, mac: requestMac } = signed(cid)
      const bytes = await exchange(server, message, { timeoutMs: 2_000, accept: () => true })
      const answer = readMessage(bytes)
      const key = tsigKey(KEY)
      expect(answer).toMatchObject({ id: 77, opcode: 5, rcode: RCODE.NOERROR })
      expect(verifyMessage(bytes, findTsig(answer)!, { key, nowSeconds: nowSeconds(), requestMac })).toBe('valid')
      expect(await texts()).toEqual([link(cid)])
    }
    expect(events.at(-1)).toMatchObject({ kind: 'updated', key: KEY.name, zone: DOMAIN, changed: true })
  })

  it('are refused without a signature', async () => {
    expect(await send(change([add(A)]))).toBe('REFUSED')
    expect(await texts()).toEqual([])
    expect(events).toMatchObject([{ kind: 'refused', rcode: 'REFUSED', key: undefined }])
  })

  it('are refused with an unknown key, a wrong secret, or a wrong time', async () => {
    expect(await send(signed(A, { key: { ...KEY, name: 'unknown.test' } }).message)).toBe('NOTAUTH BADKEY')
    expect(await send(signed(A, { key: { ...KEY, name: 'odd\\000name.test' } }).message)).toBe('NOTAUTH BADKEY')
    expect(await send(signed(A, { key: { ...KEY, secret: OTHER_KEY.secret } }).message)).toBe('NOTAUTH BADSIG')
    expect(await send(signed(A, { timeSeconds: nowSeconds() - 302 }).message)).toBe('NOTAUTH BADTIME')
    expect(await send(signed(A, { timeSeconds: nowSeconds() + 302 }).message)).toBe('NOTAUTH BADTIME')
    expect(await texts()).toEqual([])
    expect(events.map((event) => event.kind === 'refused' && event.reason)).toEqual([
      'BADKEY',
      'BADKEY',
      'BADSIG',
      'BADTIME',
      'BADTIME',
    ])
  })

  it('say in BADTIME, signed, what time the server has (RFC 8945, 5.2.3)', async () => {
    const { message, mac: requestMac } = signed(A, { timeSeconds: 1_000 })
    const bytes = await exchangeTcp(server, message, { timeoutMs: 2_000, accept: () => true })
    const found = findTsig(readMessage(bytes))!
    expect(verifyMessage(bytes, found, { key: tsigKey(KEY), nowSeconds: 1_000, requestMac })).toBe('valid')
    expect(Math.abs(Buffer.from(found.tsig.other).readUIntBE(0, 6) - nowSeconds())).toBeLessThan(10)
  })

  it('are refused when any bit was changed on the way', async () => {
    const { message } = signed(A)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 16, max: message.length * 8 - 1 }), async (bit) => {
        const letter = /[a-z]/i.test(String.fromCharCode(message[bit >> 3]!)) && (bit & 7) === 5
        const forged = Buffer.from(message)
        forged[bit >> 3]! ^= 1 << (bit & 7)
        const isAnswer = bit === 23
        fc.pre(!letter && !isAnswer)
        expect(await send(forged)).not.toBe('NOERROR')
      }),
      { numRuns: 300 },
    )
    expect(await texts()).toEqual([])
  })

  it('have no effect when they are replayed, and get the first answer again', async () => {
    const { message } = signed(A)
    expect(await send(message)).toBe('NOERROR')
    expect(await texts()).toEqual([link(A)])
    await world.driver.swap(DOMAIN, { expected: A, next: B })
    expect(await send(message)).toBe('NOERROR')
    const otherId = Buffer.from(message)
    otherId.writeUInt16BE(12_345, 0)
    await send(otherId)
    expect(await texts()).toEqual([link(B)])
  })

  it('have no effect when they are replayed after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'domainsync-dns-'))
    const path = join(folder, 'dns.json')
    await server.close()
    await start({ path })
    const { message } = signed(A)
    expect(await send(message)).toBe('NOERROR')
    await world.driver.swap(DOMAIN, { expected: A, next: B })
    await server.close()
    await start({ path })
    expect(await send(message)).toBe('NOTAUTH BADTIME')
    expect(await texts()).toEqual([link(B)])
    await rm(folder, { recursive: true })
  })

  it('have no effect for as long as their signature is valid, then are refused for its age', async () => {
    let now = Date.now()
    await server.close()
    await start({ clock: { now: () => now } })
    const at = (fudgeSeconds: number, id: number) => ({ timeSeconds: Math.floor(now / 1000), fudgeSeconds, id })
    const [short, long] = [signed(A, at(300, 1)).message, signed(A, at(3_000, 2)).message]
    expect([await send(short), await send(long)]).toEqual(['NOERROR', 'NOERROR'])
    now += 302_000
    expect(
      await send(
        signMessage(change([{ kind: 'delete-rrset', name: OWNER, type: TYPE.TXT }]), tsigKey(KEY), at(300, 3)).message,
      ),
    ).toBe('NOERROR')
    expect([await send(short), await send(long)]).toEqual(['NOTAUTH BADTIME', 'NOERROR'])
    expect(await texts()).toEqual([])
    now += 3_000_000
    expect(await send(long)).toBe('NOTAUTH BADTIME')
  })

  it('may only write the TXT records of the names that their key is for', async () => {
    const update = (changes: UpdateChange[], key = KEY) =>
      sendUpdate(server, { zone: DOMAIN, prerequisites: [], changes }, key)
    const name = OWNER
    const forbidden: UpdateChange[] = [
      add(A, DOMAIN),
      add(A, `x.${OWNER}`),
      add(A, '_dnslink.other.example.test'),
      { kind: 'add', name, type: TYPE.A, ttl: 60, rdata: Uint8Array.of(1, 2, 3, 4) },
      { kind: 'add', name, type: TYPE.CNAME, ttl: 60, rdata: Uint8Array.of(0) },
      { kind: 'delete-rrset', name: DOMAIN, type: TYPE.SOA },
      { kind: 'delete-rrset', name: DOMAIN, type: TYPE.NS },
      { kind: 'delete-record', name: 'alias.example.test', type: TYPE.CNAME, rdata: Uint8Array.of(0) },
      { kind: 'delete-name', name },
    ]
    for (const one of forbidden) {
      expect(await update([one]), one.kind).toBe('REFUSED')
      // Not in part either.
      expect(await update([add(A), one]), one.kind).toBe('REFUSED')
    }
    expect(await update([add(A)], OTHER_KEY)).toBe('REFUSED')
    expect(await texts()).toEqual([])
    expect(await update([add(A, '_dnslink.other.example.test')], OTHER_KEY)).toBe('NOERROR')
    expect(await update([add(A)])).toBe('NOERROR')
  })

  it('are refused for zones that are not served, and for TXT data that are none', async () => {
    const changes = [add(A, '_dnslink.other.test')]
    expect(await sendUpdate(server, { zone: 'other.test', prerequisites: [], changes })).toBe('NOTAUTH')
    const empty = { ...add(A), rdata: new Uint8Array() } as UpdateChange
    const overrun = { ...add(A), rdata: Uint8Array.of(5, 1) } as UpdateChange
    for (const one of [empty, overrun]) {
      expect(await sendUpdate(server, { zone: DOMAIN, prerequisites: [], changes: [one] })).toBe('FORMERR')
    }
  })

  it('leave an alias alone (RFC 2136, 3.4.2.2)', async () => {
    const changes = [add(A, 'alias.example.test')]
    expect(await sendUpdate(server, { zone: DOMAIN, prerequisites: [], changes })).toBe('NOERROR')
    expect(events.at(-1)).toMatchObject({ kind: 'updated', changed: false, serial: 1 })
  })
})

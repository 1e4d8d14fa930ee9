import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { DnsRecord } from '@domainsync/core'
import { reservePort } from '@domainsync/core/node'
import { decode, encode } from 'dns-packet'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { exchangeTcp, exchangeUdp, frame } from '../exchange.ts'
import { createResolver } from '../resolver.ts'
import { KEY } from '../testing/rfc2136-world.ts'
import { rcodeName, readMessage } from '../wire/message.ts'
import { signMessage, tsigKey } from '../wire/tsig.ts'
import { writeUpdate } from '../wire/update-message.ts'
import { type DnsServer, type DnsServerConfig, startDnsServer } from './dns-server.ts'

const record = (name: string, type: string, data: string): DnsRecord => ({ name, type, ttlSeconds: 60, data })
const ZONE = {
  name: 'example.test',
  records: [
    record('example.test', 'A', '192.0.2.1'),
    record('example.test', 'AAAA', '2001:db8::1'),
    record('example.test', 'TXT', 'v=spf1 -all'),
    record('www.example.test', 'CNAME', 'example.test'),
    record('away.example.test', 'CNAME', 'elsewhere.test'),
    record('gone.example.test', 'CNAME', 'nowhere.example.test'),
    record('a.deep.example.test', 'A', '192.0.2.2'),
    record('child.example.test', 'NS', 'ns.child.example.test'),
    ...Array.from({ length: 40 }, (_, i) => record('many.example.test', 'TXT', `${i} ${'x'.repeat(200)}`)),
  ],
}
const SOA = 'ns.example.test hostmaster.example.test 1 3600 600 604800 60'

describe('embedded DNS server', () => {
  const servers: DnsServer[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })
  const start = async (config: Partial<DnsServerConfig> = {}) => {
    const errors: unknown[] = []
    const onEvent: DnsServerConfig['onEvent'] = (event) => event.kind === 'error' && errors.push(event.error)
    const server = await startDnsServer({ zones: [ZONE], keys: [], onEvent, ...config })
    servers.push(server)
    return { server, errors, resolver: createResolver(server) }
  }
  const ask = async (name: string, type: string) => {
    const { resolver } = await start()
    const { rcode, authoritative, answers, authorities } = await resolver.query(name, type)
    const line = ({ name, type, data }: DnsRecord) => `${name} ${type} ${data}`
    return { rcode, authoritative, answers: answers.map(line), authorities: authorities.map(line) }
  }

  it('answers its records with authority', async () => {
    const own = (answers: string[]) => ({ rcode: 'NOERROR', authoritative: true, answers, authorities: [] })
    expect(await ask('example.test', 'A')).toEqual(own(['example.test A 192.0.2.1']))
    expect(await ask('EXAMPLE.test', 'AAAA')).toEqual(own(['example.test AAAA 2001:db8::1']))
    expect(await ask('example.test', 'SOA')).toEqual(own([`example.test SOA ${SOA}`]))
    expect(await ask('example.test', 'NS')).toEqual(own(['example.test NS ns.example.test']))
    expect((await ask('example.test', 'ANY')).answers).toHaveLength(5)
  })

  it('follows aliases inside of its zones only', async () => {
    expect((await ask('www.example.test', 'A')).answers).toEqual([
      'www.example.test CNAME example.test',
      'example.test A 192.0.2.1',
    ])
    expect(await ask('away.example.test', 'A')).toMatchObject({
      answers: ['away.example.test CNAME elsewhere.test'],
      authorities: [],
    })
    expect((await ask('www.example.test', 'CNAME')).answers).toEqual(['www.example.test CNAME example.test'])
    expect(await ask('gone.example.test', 'A')).toMatchObject({ rcode: 'NXDOMAIN', authoritative: true })
  })

  it('tells a missing name from a missing type, with its SOA record', async () => {
    const negative = { authoritative: true, answers: [], authorities: [`example.test SOA ${SOA}`] }
    expect(await ask('nowhere.example.test', 'A')).toEqual({ rcode: 'NXDOMAIN', ...negative })
    expect(await ask('example.test', 'MX')).toEqual({ rcode: 'NOERROR', ...negative })
    expect(await ask('deep.example.test', 'A')).toEqual({ rcode: 'NOERROR', ...negative })
  })

  it('refers to the name servers of a delegated zone, and keeps its DS question', async () => {
    const authorities = ['child.example.test NS ns.child.example.test']
    const referral = { rcode: 'NOERROR', authoritative: false, answers: [], authorities }
    expect(await ask('www.child.example.test', 'A')).toEqual(referral)
    expect(await ask('child.example.test', 'NS')).toEqual(referral)
    expect(await ask('child.example.test', 'DS')).toMatchObject({ authoritative: true, answers: [] })
  })

  it('refuses names of others and zone transfers', async () => {
    for (const [name, type] of [
      ['other.test', 'A'],
      ['badexample.test', 'A'],
      ['test', 'NS'],
      ['example.test', 'AXFR'],
    ] as const) {
      expect(await ask(name, type), `${name} ${type}`).toEqual({
        rcode: 'REFUSED',
        authoritative: false,
        answers: [],
        authorities: [],
      })
    }
  })

  it('cuts what does not fit a datagram, and gives it whole over TCP', async () => {
    const { server, resolver } = await start()
    expect((await resolver.query('many.example.test', 'TXT')).answers).toHaveLength(40)
    const question = { questions: [{ name: 'many.example.test', type: 'TXT' as const }] }
    const cut = await exchangeUdp(server, encode({ id: 5, ...question }), { timeoutMs: 2_000, accept: () => true })
    expect(decode(cut)).toMatchObject({ id: 5, flag_tc: true, flag_aa: true, answers: [] })
    expect(cut.length).toBeLessThanOrEqual(512)
  })

  it('gives the question back letter by letter', async () => {
    const { server } = await start()
    const request = encode({ id: 6, questions: [{ name: 'eXaMpLe.TeSt', type: 'A' }] })
    const answer = await exchangeUdp(server, request, { timeoutMs: 2_000, accept: () => true })
    expect(decode(answer).questions).toMatchObject([{ name: 'eXaMpLe.TeSt' }])
  })

  it('answers an unknown operation, EDNS version or form with a code', async () => {
    const { server } = await start()
    const code = async (bytes: Buffer) => {
      const answer = await exchangeTcp(server, bytes, { timeoutMs: 2_000, accept: () => true })
      const { rcode, additionals } = readMessage(answer)
      return rcodeName(rcode | (((additionals[0]?.ttl ?? 0) >>> 24) << 4))
    }
    const query = encode({ id: 7, questions: [{ name: 'example.test', type: 'A' }] })
    const notify = Buffer.from(query)
    notify[2]! |= 4 << 3
    const opt = {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 512,
      extendedRcode: 0,
      ednsVersion: 1,
      flags: 0,
      flag_do: false,
      options: [],
    } as const
    const edns1 = encode({
      id: 7,
      questions: [{ name: 'example.test', type: 'A' }],
      additionals: [{ ...opt, options: [] }],
    })
    expect(await code(notify)).toBe('NOTIMP')
    expect(await code(edns1)).toBe('BADVERS')
    expect(await code(encode({ id: 7, questions: [] }))).toBe('FORMERR')
    expect(await code(query.subarray(0, -1))).toBe('FORMERR')
  })

  it('never answers an answer', async () => {
    const { server } = await start()
    const response = encode({ id: 8, type: 'response', questions: [{ name: 'example.test', type: 'A' }] })
    const asked = exchangeUdp(server, response, { timeoutMs: 200, accept: () => true })
    await expect(asked).rejects.toMatchObject({ code: 'DNS_TIMEOUT' })
  })

  it('takes requests over TCP in any pieces, several on one connection', async () => {
    const { server } = await start()
    const requests = [1, 2, 3].map((id) => frame(encode({ id, questions: [{ name: 'example.test', type: 'A' }] })))
    const socket = connect(server.port, server.host)
    await once(socket, 'connect')
    for (const octet of Buffer.concat(requests)) socket.write(Uint8Array.of(octet))
    let received = Buffer.alloc(0)
    while (received.length < 3 * (received.length > 1 ? 2 + received.readUInt16BE(0) : 1_000)) {
      received = Buffer.concat([received, (await once(socket, 'data'))[0] as Buffer])
    }
    const size = 2 + received.readUInt16BE(0)
    expect([0, 1, 2].map((i) => received.readUInt16BE(i * size + 2))).toEqual([1, 2, 3])
    socket.destroy()
  })

  it('survives any packets, over UDP and TCP', async () => {
    const { server, errors, resolver } = await start({ keys: [{ ...KEY, names: ['_dnslink.example.test'] }] })
    const valid = encode({
      id: 9,
      questions: [{ name: 'example.test', type: 'TXT' }],
      answers: [{ name: 'a.test', type: 'TXT', data: 'x' }],
    })
    const update = writeUpdate({ zone: 'example.test', prerequisites: [], changes: [] }, 9)
    const signed = signMessage(update, tsigKey(KEY), { timeSeconds: Math.floor(Date.now() / 1000) }).message
    const broken = fc
      .tuple(
        fc.constantFrom(valid, update, signed),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      )
      .map(([bytes, changes]) => {
        const copy = Buffer.from(bytes)
        for (const [at, octet] of changes) copy[at % copy.length] = octet
        return copy
      })
    const anything = fc.oneof(broken, fc.uint8Array({ maxLength: 300 }))
    const udp = createSocket('udp4')
    const socket = connect(server.port, server.host).resume()
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        await new Promise((sent) => udp.send(bytes, server.port, server.host, sent))
        await new Promise((written) => socket.write(frame(bytes), written))
      }),
      { numRuns: 2_000 },
    )
    udp.close()
    socket.destroy()
    expect((await resolver.query('example.test', 'A')).rcode).toBe('NOERROR')
    expect((await createResolver(server).query('_dnslink.example.test', 'TXT')).rcode).toBe('NXDOMAIN')
    expect(errors).toEqual([])
  })

  it('says that its port is taken, by UDP or TCP', async () => {
    const { server } = await start()
    await expect(start({ port: server.port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    const udp = createSocket('udp4').bind(0, '127.0.0.1')
    await once(udp, 'listening')
    await expect(start({ port: udp.address().port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    udp.close()
  })

  it('gives its port back when it is closed, with connections open', async () => {
    const { server } = await start({ port: await reservePort() })
    const socket = connect(server.port, server.host)
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    await servers.pop()!.close()
    await closed
    const { server: next } = await start({ port: server.port })
    expect(next.port).toBe(server.port)
  })

  it('serves IPv6', async () => {
    const { resolver } = await start({ host: '::1' })
    expect((await resolver.query('example.test', 'A')).answers).toHaveLength(1)
    expect((await resolver.query('many.example.test', 'TXT')).answers).toHaveLength(40)
  })

  it('refuses a configuration that makes no sense', async () => {
    const zone = (...records: DnsRecord[]) => ({ zones: [{ name: 'example.test', records }] })
    const wrong: Partial<DnsServerConfig>[] = [
      zone(record('example.test', 'A', '1.2.3')),
      zone(record('example.test', 'AAAA', '1.2.3.4')),
      zone(record('example.test', 'MX', '10 mail.test')),
      zone(record('other.test', 'A', '1.2.3.4')),
      zone({ ...record('example.test', 'A', '1.2.3.4'), ttlSeconds: -1 }),
      zone(record('example.test', 'CNAME', 'other.test')),
      zone(record('a.example.test', 'CNAME', 'b.test'), record('a.example.test', 'CNAME', 'c.test')),
      { zones: [ZONE, ZONE] },
      { zones: [{ ...ZONE, nameServers: [] }] },
      { zones: [{ ...ZONE, serial: 2 ** 32 }] },
      { keys: [{ ...KEY, names: ['_dnslink.other.test'] }] },
    ]
    for (const config of wrong) await expect(start(config)).rejects.toMatchObject({ code: 'DNS_ZONE_INVALID' })
    await expect(start({ keys: [{ name: 'k', secret: 'x', names: [] }] })).rejects.toMatchObject({
      code: 'DNS_KEY_INVALID',
    })
  })
})

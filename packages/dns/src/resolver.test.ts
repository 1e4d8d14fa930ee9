import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Answer, decode, encode, type Packet } from 'dns-packet'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createResolver } from './resolver.ts'
import { type Script, type ScriptedDnsServer, startScriptedDnsServer } from './testing/scripted-dns-server.ts'

const AA = 1 << 10
const TC = 1 << 9
const NXDOMAIN = 3
const txt = (data: string | string[]): Answer => ({ name: 'example.test', type: 'TXT', ttl: 30, data })

/** The answer to a request, with a change. */
function answerTo(request: Buffer, change: Partial<Packet> = {}): Buffer {
  const { id, questions } = decode(request)
  return encode({ type: 'response', id: id!, questions: questions!, answers: [txt('right')], flags: AA, ...change })
}

describe('resolver', () => {
  const servers: ScriptedDnsServer[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })
  const start = async (script: Script) => {
    const server = await startScriptedDnsServer(script)
    servers.push(server)
    return { server, resolver: createResolver(server) }
  }
  const texts = async (resolver: ReturnType<typeof createResolver>) =>
    (await resolver.query('example.test', 'TXT', { timeoutMs: 2_000 })).answers.map(({ data }) => data)

  it('gives response code, authority bit, answers and authorities', async () => {
    const soa = { mname: 'ns.test', rname: 'host.test', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 }
    const { resolver, server } = await start((request, reply) =>
      reply(
        answerTo(request, {
          flags: AA | NXDOMAIN,
          answers: [txt(['two ', 'strings'])],
          authorities: [{ name: 'Test', type: 'SOA', ttl: 9, data: soa }],
        }),
      ),
    )
    expect(await resolver.query('Example.TEST.', 'txt')).toEqual({
      rcode: 'NXDOMAIN',
      authoritative: true,
      answers: [{ name: 'example.test', type: 'TXT', ttlSeconds: 30, data: 'two strings' }],
      authorities: [{ name: 'test', type: 'SOA', ttlSeconds: 9, data: 'ns.test host.test 1 2 3 4 5' }],
    })
    expect(resolver.name).toBe(`127.0.0.1:${server.port}`)
  })

  it('offers 1,232 bytes by EDNS and asks from a new port with a new id', async () => {
    const ports = new Set<number>()
    const udp = createSocket('udp4')
    udp.bind(0, '127.0.0.1')
    await once(udp, 'listening')
    const ids = new Set<number>()
    udp.on('message', (request, { port, address }) => {
      const { id, additionals } = decode(request)
      ports.add(port)
      ids.add(id!)
      expect(additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232 }])
      udp.send(answerTo(request), port, address)
    })
    const resolver = createResolver({ host: '127.0.0.1', port: udp.address().port })
    for (let i = 0; i < 20; i++) await texts(resolver)
    udp.close()
    expect(ids.size).toBeGreaterThan(15)
    expect(ports.size).toBeGreaterThan(10)
  })

  it('ignores answers with a wrong id, question, direction or form that come before the true one', async () => {
    const { resolver } = await start((request, reply) => {
      const forged = { answers: [txt('forged')] }
      reply(answerTo(request, { ...forged, id: (decode(request).id! + 1) & 0xffff }))
      reply(answerTo(request, { ...forged, questions: [{ name: 'other.test', type: 'TXT' }] }))
      reply(answerTo(request, { ...forged, questions: [{ name: 'example.test', type: 'A' }] }))
      reply(answerTo(request, { ...forged, questions: [] }))
      reply(answerTo(request, { ...forged, type: 'query' }))
      reply(answerTo(request, forged).subarray(0, -3))
      reply(Buffer.concat([answerTo(request, forged), Buffer.of(1)]))
      reply(Buffer.alloc(0))
      reply(Buffer.of(1, 2, 3))
      reply(answerTo(request))
    })
    expect(await texts(resolver)).toEqual(['right'])
  })

  it('ignores an answer from another address or port', async () => {
    const other = createSocket('udp4')
    const asked = Promise.withResolvers<{ request: Buffer; port: number }>()
    const udp = createSocket('udp4')
    udp.bind(0, '127.0.0.1')
    await once(udp, 'listening')
    udp.on('message', (request, { port }) => asked.resolve({ request, port }))
    const answered = texts(createResolver({ host: '127.0.0.1', port: udp.address().port }))
    const { request, port } = await asked.promise
    await new Promise((sent) => other.send(answerTo(request, { answers: [txt('forged')] }), port, '127.0.0.1', sent))
    udp.send(answerTo(request), port, '127.0.0.1')
    expect(await answered).toEqual(['right'])
    other.close()
    udp.close()
  })

  it('survives any noise before the true answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 5 }), async (noise) => {
        const { resolver, server } = await start((request, reply) => {
          for (const bytes of noise) {
            reply(bytes)
            // Also noise that has the right id, flags and counts.
            reply(Buffer.concat([answerTo(request).subarray(0, 12), bytes]))
            reply(Buffer.concat([answerTo(request).subarray(0, 30), bytes]))
          }
          reply(answerTo(request))
        })
        expect(await texts(resolver)).toEqual(['right'])
        await server.close()
        servers.pop()
      }),
      { numRuns: 50 },
    )
  })

  it('asks once more when a datagram is lost', async () => {
    const { resolver, server } = await start((request, reply) => {
      if (server.requests.length === 2) reply(answerTo(request))
    })
    expect((await resolver.query('example.test', 'TXT', { timeoutMs: 1_000 })).answers).toHaveLength(1)
    expect(server.requests[0]!.bytes).toEqual(server.requests[1]!.bytes)
  })

  it('goes to TCP when the answer was cut, even in the middle of a record', async () => {
    for (const length of [undefined, -5]) {
      const { resolver, server } = await start((request, reply, transport) => {
        if (transport === 'tcp') reply(answerTo(request, { answers: [txt('whole'), txt('answer')] }))
        else reply(answerTo(request, { flags: AA | TC, answers: [txt('half')] }).subarray(0, length))
      })
      expect(await texts(resolver)).toEqual(['whole', 'answer'])
      expect(server.requests.map(({ transport }) => transport)).toEqual(['udp', 'tcp'])
    }
  })

  it('takes an answer cut over TCP too for unknown', async () => {
    const { resolver } = await start((request, reply) => reply(answerTo(request, { flags: TC })))
    await expect(texts(resolver)).rejects.toMatchObject({ code: 'DNS_MALFORMED' })
  })

  it('takes silence for unknown, within the time limit', async () => {
    const { resolver, server } = await start(() => undefined)
    const before = performance.now()
    await expect(resolver.query('example.test', 'TXT', { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'DNS_TIMEOUT',
      retryable: true,
    })
    expect(performance.now() - before).toBeLessThan(3_000)
    expect(server.requests).toHaveLength(2)
  })

  it('takes silence over TCP, and a closed connection, for unknown', async () => {
    for (const [code, tcp] of [
      ['DNS_TIMEOUT', undefined],
      ['DNS_UNREACHABLE', Buffer.alloc(0)],
    ] as const) {
      const { resolver } = await start((request, reply, transport) => {
        if (transport === 'udp') reply(answerTo(request, { flags: TC }))
        else if (tcp) reply(tcp)
      })
      await expect(resolver.query('example.test', 'TXT', { timeoutMs: 300 })).rejects.toMatchObject({ code })
    }
  })

  it('says that nothing listens at the port', async () => {
    const { resolver, server } = await start(() => undefined)
    await server.close()
    servers.pop()
    await expect(texts(resolver)).rejects.toMatchObject({ code: 'DNS_UNREACHABLE' })
  })

  it('says that the host does not exist', async () => {
    const resolver = createResolver({ host: 'no-such-host.invalid' })
    await expect(resolver.query('example.test', 'A', { timeoutMs: 10_000 })).rejects.toMatchObject({
      code: 'DNS_UNREACHABLE',
    })
  })

  it('stops when the caller does', async () => {
    const { resolver } = await start(() => undefined)
    const controller = new AbortController()
    const answered = resolver.query('example.test', 'TXT', { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(answered).rejects.toThrow('enough')
    await expect(resolver.query('example.test', 'TXT', { signal: controller.signal })).rejects.toThrow('enough')
  })

  it('sends nothing for what is no name or no type', async () => {
    const { resolver, server } = await start((request, reply) => reply(answerTo(request)))
    for (const [name, type] of [
      ['a..test', 'TXT'],
      [`${'x'.repeat(64)}.test`, 'TXT'],
      ['ü.test', 'TXT'],
      ['example.test', 'NOTYPE'],
    ] as const) {
      await expect(resolver.query(name, type)).rejects.toMatchObject({ code: 'DNS_NAME_INVALID', retryable: false })
    }
    expect(server.requests).toHaveLength(0)
  })
})

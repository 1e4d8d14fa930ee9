import type { DnsDriver } from '@domainsync/core'
import { afterEach, describe, expect, it } from 'vitest'
import { exchangeTcp } from '../exchange.ts'
import { createResolver } from '../resolver.ts'
import { type DnsServerConfig, startDnsServer } from '../server/dns-server.ts'
import { CIDS } from '../testing/dns-driver-conformance.ts'
import { DOMAIN, KEY, rfc2136World } from '../testing/rfc2136-world.ts'
import { type Script, startScriptedDnsServer } from '../testing/scripted-dns-server.ts'
import { findNamed, startBind } from '../testing/start-bind.ts'
import { OPCODE, RCODE, readHead, readMessage, writeMessage } from '../wire/message.ts'
import { findTsig, signMessage, tsigKey } from '../wire/tsig.ts'
import { createRfc2136Driver, type Rfc2136Config } from './rfc2136.ts'

const [A, B, C] = CIDS
const OWNER = `_dnslink.${DOMAIN}`
const link = (cid: string) => `dnslink=/ipfs/${cid}`
const isUpdate = (bytes: Buffer) => readHead(bytes).head.opcode === OPCODE.UPDATE

describe('RFC 2136 driver', () => {
  const closing: { close(): Promise<void> }[] = []
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((server) => server.close()))
  })
  const start = async (config: Partial<DnsServerConfig> = {}) => {
    const zones = [{ name: DOMAIN, records: [] }]
    const server = await startDnsServer({ zones, keys: [{ ...KEY, names: [OWNER] }], ...config })
    closing.push(server)
    return { server, world: rfc2136World(server, server) }
  }
  const driverFor = (server: { host: string; port: number }, config: Partial<Rfc2136Config> = {}): DnsDriver =>
    createRfc2136Driver({ name: 'test', server, zone: DOMAIN, key: KEY, ttlSeconds: 60, ...config })
  /** A server in the middle: the script gets each request and the true answer. */
  const between = async (
    server: { host: string; port: number },
    script: (request: Buffer, forward: () => Promise<Buffer>, reply: Parameters<Script>[1]) => void,
  ) => {
    const proxy = await startScriptedDnsServer((request, reply) =>
      script(request, () => exchangeTcp(server, request, { timeoutMs: 2_000, accept: () => true }), reply),
    )
    closing.push(proxy)
    return proxy
  }
  const swap = (driver: DnsDriver, timeoutMs = 2_000) => driver.swap(DOMAIN, { expected: A, next: B }, { timeoutMs })

  it('says that the server rejects its key, by reading and by writing', async () => {
    const { server, world } = await start()
    await world.setTexts([link(A)])
    const rejected = { code: 'DNS_KEY_REJECTED', retryable: false }
    const late = { now: () => Date.now() - 400_000 }
    for (const [config, reason] of [
      [{ key: { ...KEY, name: 'unknown' } }, 'BADKEY'],
      [{ key: { ...KEY, secret: Buffer.alloc(32, 'x').toString('base64') } }, 'BADSIG'],
      [{ key: { ...KEY, algorithm: 'hmac-sha512' } }, 'BADKEY'],
      [{ clock: late }, 'its clock says 20'],
    ] as const) {
      const driver = driverFor(server, config)
      await expect(driver.read(DOMAIN)).rejects.toMatchObject({ ...rejected, message: expect.stringContaining(reason) })
      await expect(swap(driver)).rejects.toMatchObject(rejected)
    }
    expect((await world.texts()).values).toEqual([link(A)])
  })

  it('says that the key may not write this record', async () => {
    const { server, world } = await start({ keys: [{ ...KEY, names: [] }] })
    await expect(world.driver.swap(DOMAIN, { expected: undefined, next: A })).rejects.toMatchObject({
      code: 'DNS_UPDATE_REFUSED',
      retryable: false,
    })
    const refusing = await between(server, (request, forward, reply) => {
      const { id } = readHead(request).head
      const refusal = {
        id,
        flags: 0x8000,
        rcode: RCODE.REFUSED,
        questions: [],
        answers: [],
        authorities: [],
        additionals: [],
      }
      if (isUpdate(request)) reply(writeMessage({ ...refusal, opcode: OPCODE.UPDATE }))
      else void forward().then(reply)
    })
    const unsigned = driverFor(refusing).swap(DOMAIN, { expected: undefined, next: A })
    await expect(unsigned).rejects.toMatchObject({ code: 'DNS_UPDATE_REFUSED' })
  })

  it('says that the record is not in the zone, or the zone not with the server', async () => {
    const { server } = await start()
    await expect(driverFor(server, { zone: 'links.test' }).read(DOMAIN)).rejects.toMatchObject({
      code: 'DNS_OUTSIDE_ZONE',
    })
    const inner = driverFor(server, { zone: OWNER }).swap(DOMAIN, { expected: undefined, next: A })
    await expect(inner).rejects.toMatchObject({ code: 'DNS_OUTSIDE_ZONE' })
    const alias = { name: OWNER, type: 'CNAME', ttlSeconds: 60, data: 'away.test' }
    const away = await start({ zones: [{ name: DOMAIN, records: [alias] }] })
    await expect(driverFor(away.server).read(DOMAIN)).rejects.toMatchObject({ code: 'DNS_SERVER_FAILURE' })
    const resolver = createResolver((await start({ zones: [{ name: 'away.test', records: [] }], keys: [] })).server)
    await expect(driverFor(away.server, { resolver }).read(DOMAIN)).rejects.toMatchObject({ code: 'DNS_OUTSIDE_ZONE' })
  })

  it('reads only from a server with authority', async () => {
    const { server } = await start({ zones: [{ name: 'other.test', records: [] }], keys: [{ ...KEY, names: [] }] })
    await expect(driverFor(server).read(DOMAIN)).rejects.toMatchObject({ code: 'DNS_SERVER_FAILURE' })
  })

  it('rereads after an unanswered update: it happened', async () => {
    const { server, world } = await start()
    await world.setTexts([link(A)])
    const mute = await between(server, async (request, forward, reply) => {
      const answer = await forward()
      if (!isUpdate(request)) reply(answer)
    })
    expect(await swap(driverFor(mute), 1_000)).toEqual({ kind: 'swapped' })
    expect((await world.texts()).values).toEqual([link(B)])
  })

  it('rereads after an unanswered update: the connection was cut', async () => {
    const { server, world } = await start()
    await world.setTexts([link(A)])
    const cutting = await between(server, async (request, forward, reply) => {
      const answer = await forward()
      reply(isUpdate(request) ? Buffer.alloc(0) : answer)
    })
    expect(await swap(driverFor(cutting))).toEqual({ kind: 'swapped' })
  })

  it('rereads after an unanswered update: it did not happen, which stays unknown', async () => {
    const { server, world } = await start()
    await world.setTexts([link(A)])
    const losing = await between(server, (request, forward, reply) => {
      if (!isUpdate(request)) void forward().then(reply)
    })
    await expect(swap(driverFor(losing), 600)).rejects.toMatchObject({ code: 'DNS_TIMEOUT', retryable: true })
    expect((await world.texts()).values).toEqual([link(A)])
  })

  it('rereads after an unanswered update: another one came first', async () => {
    const { server, world } = await start()
    await world.setTexts([link(A)])
    const losing = await between(server, async (request, forward, reply) => {
      if (isUpdate(request)) await world.setTexts([link(C)])
      else reply(await forward())
    })
    expect(await swap(driverFor(losing), 2_000)).toEqual({ kind: 'conflict', found: C })
  })

  it('times out within its limit when the server is silent, and says when there is none', async () => {
    const { server } = await start()
    const silent = await between(server, () => undefined)
    const before = performance.now()
    await expect(swap(driverFor(silent), 300)).rejects.toMatchObject({ code: 'DNS_TIMEOUT' })
    expect(performance.now() - before).toBeLessThan(3_000)
    await silent.close()
    closing.pop()
    await expect(swap(driverFor(silent))).rejects.toMatchObject({ code: 'DNS_UNREACHABLE' })
  })

  it('believes no answer that the server did not sign', async () => {
    const { server, world } = await start()
    await world.setTexts([link(A)])
    const timeSeconds = Math.floor(Date.now() / 1000)
    const success = (request: Buffer) => {
      const { id } = readHead(request).head
      const sections = { questions: [], answers: [], authorities: [], additionals: [] }
      return writeMessage({ id, flags: 0x8000, opcode: OPCODE.UPDATE, rcode: RCODE.NOERROR, ...sections })
    }
    const key = tsigKey(KEY)
    const requestMac = (request: Buffer) => findTsig(readMessage(request))!.tsig.mac
    const forgeries: Record<string, (request: Buffer) => Buffer> = {
      unsigned: success,
      'signed with another secret': (request) => {
        const other = { ...key, secret: Buffer.alloc(32) }
        return signMessage(success(request), other, { timeSeconds, requestMac: requestMac(request) }).message
      },
      'signed for another request': (request) =>
        signMessage(success(request), key, { timeSeconds, requestMac: Buffer.alloc(32) }).message,
      'signed long ago': (request) =>
        signMessage(success(request), key, { timeSeconds: timeSeconds - 900, requestMac: requestMac(request) }).message,
      'changed after it was signed': (request) => {
        const failure = success(request)
        failure[3]! |= RCODE.SERVFAIL
        const signed = signMessage(failure, key, { timeSeconds, requestMac: requestMac(request) }).message
        signed[3]! &= ~RCODE.SERVFAIL
        return signed
      },
    }
    for (const [name, forge] of Object.entries(forgeries)) {
      const forger = await between(server, async (request, forward, reply) => {
        reply(isUpdate(request) ? forge(request) : await forward())
      })
      await expect(swap(driverFor(forger)), name).rejects.toMatchObject({ code: 'DNS_ANSWER_UNVERIFIED' })
    }
    const stripping = await between(server, async (_request, forward, reply) => {
      const answer = await forward()
      const stripped = Buffer.from(answer.subarray(0, findTsig(readMessage(answer))!.start))
      stripped.writeUInt16BE(stripped.readUInt16BE(10) - 1, 10)
      reply(stripped)
    })
    await expect(driverFor(stripping).read(DOMAIN)).rejects.toMatchObject({ code: 'DNS_ANSWER_UNVERIFIED' })
    expect((await world.texts()).values).toEqual([link(A)])
  })

  it('swaps though other TXT values of the name change in between', async () => {
    const { server, world } = await start()
    await world.setTexts([link(A)])
    let changes = 0
    const busy = await between(server, async (request, forward, reply) => {
      if (isUpdate(request) && changes < 3) await world.setTexts([link(A), `other ${++changes}`])
      reply(await forward())
    })
    expect(await swap(driverFor(busy))).toEqual({ kind: 'swapped' })
    expect((await world.texts()).values.sort()).toEqual([link(B), 'other 3'])
  })

  it('gives up when they never stop changing', async () => {
    const { server, world } = await start()
    await world.setTexts([link(A)])
    let changes = 0
    const busy = await between(server, async (request, forward, reply) => {
      if (isUpdate(request)) await world.setTexts([link(A), `other ${++changes}`])
      reply(await forward())
    })
    await expect(swap(driverFor(busy))).rejects.toMatchObject({ code: 'DNS_SERVER_FAILURE' })
    expect((await world.texts()).values).toContain(link(A))
  })

  it.skipIf(!findNamed() && !process.env.CI)('says the same of BIND (scripts/install-test-servers.sh)', async () => {
    const stranger = { name: 'stranger.test', secret: Buffer.alloc(32, 'stranger').toString('base64') }
    const grants = [`grant ${KEY.name} name ${OWNER}. TXT;`]
    const bind = await startBind({ zones: [{ name: DOMAIN, records: [], grants }], keys: [KEY, stranger] })
    closing.push(bind)
    const first = { expected: undefined, next: A }
    const refused = driverFor(bind, { key: stranger }).swap(DOMAIN, first)
    await expect(refused).rejects.toMatchObject({ code: 'DNS_UPDATE_REFUSED' })
    for (const [config, reason] of [
      [{ key: { ...KEY, name: 'unknown' } }, 'BADKEY'],
      [{ key: { ...KEY, secret: stranger.secret } }, 'BADSIG'],
      [{ clock: { now: () => Date.now() - 400_000 } }, 'BADTIME'],
    ] as const) {
      const rejected = { code: 'DNS_KEY_REJECTED', message: expect.stringContaining(reason) }
      await expect(driverFor(bind, config).swap(DOMAIN, first)).rejects.toMatchObject(rejected)
    }
    const inner = driverFor(bind, { zone: OWNER }).swap(DOMAIN, first)
    await expect(inner).rejects.toMatchObject({ code: 'DNS_OUTSIDE_ZONE' })
    expect(await driverFor(bind).swap(DOMAIN, first)).toEqual({ kind: 'swapped' })
  })
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DnsRecord } from '@domainsync/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createResolver } from '../resolver.ts'
import { CIDS } from '../testing/dns-driver-conformance.ts'
import { DOMAIN, KEY, rfc2136World, sendUpdate } from '../testing/rfc2136-world.ts'
import { TYPE } from '../wire/message.ts'
import { writeTxt } from '../wire/txt.ts'
import { type DnsServerConfig, type DnsServerEvent, startDnsServer } from './dns-server.ts'

const CHILD = new URL('../testing/dns-server-process.ts', import.meta.url).pathname
const [A, B] = CIDS
const OWNER = `_dnslink.${DOMAIN}`
const config = { zones: [{ name: DOMAIN, records: [] }], keys: [{ ...KEY, names: [OWNER] }] }
const serialOf = (records: readonly DnsRecord[]) => Number(records[0]!.data.split(' ')[2])

describe('stored DNS updates', () => {
  let folder: string
  let path: string
  const closing: (() => Promise<unknown>)[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domainsync-dns-'))
    path = join(folder, 'state', 'dns.json')
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
    await rm(folder, { recursive: true, force: true })
  })
  const start = async (change: Partial<DnsServerConfig> = {}) => {
    const server = await startDnsServer({ ...config, path, ...change })
    closing.push(() => server.close())
    return { server, world: rfc2136World(server, server), resolver: createResolver(server) }
  }
  const startChild = async (): Promise<{ child: ChildProcess; port: number }> => {
    const child = spawn(process.execPath, [CHILD, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    closing.push(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    })
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    return { child, port: Number(line.toString()) }
  }

  it('survive kill -9 at any moment: every answered one is there afterwards', async () => {
    let expected: string | undefined
    for (let round = 0; round < 4; round++) {
      const { child, port } = await startChild()
      const { driver } = rfc2136World({ host: '127.0.0.1', port }, { close: async () => undefined })
      expect((await driver.read(DOMAIN)).cid).toBe(expected)
      const exited = once(child, 'exit')
      // Swaps go on until the process is gone; the last one may or may not have happened.
      let attempted = expected
      setTimeout(() => child.kill('SIGKILL'), 30 + 40 * round)
      for (;;) {
        attempted = expected === A ? B : A
        const result = await driver
          .swap(DOMAIN, { expected, next: attempted }, { timeoutMs: 2_000 })
          .catch(() => undefined)
        if (!result) break
        expect(result).toEqual({ kind: 'swapped' })
        expected = attempted
      }
      await exited
      const { world, server } = await start()
      const { cid } = await world.driver.read(DOMAIN)
      expect([expected, attempted]).toContain(cid)
      expected = cid
      await server.close()
      closing.pop()
    }
    expect(expected).toBeDefined()
  })

  it('raise the serial number, which never goes back', async () => {
    const first = await start()
    await first.world.driver.swap(DOMAIN, { expected: undefined, next: A })
    await first.world.driver.swap(DOMAIN, { expected: A, next: B })
    expect(serialOf((await first.resolver.query(DOMAIN, 'SOA')).answers)).toBe(3)
    await first.world.driver.swap(DOMAIN, { expected: B, next: B })
    await first.server.close()
    const second = await start()
    expect(serialOf((await second.resolver.query(DOMAIN, 'SOA')).answers)).toBe(3)
  })

  it('keep a removed record removed, though the configuration has it', async () => {
    const record = { name: OWNER, type: 'TXT', ttlSeconds: 60, data: `dnslink=/ipfs/${A}` }
    const zones = [{ name: DOMAIN, records: [record] }]
    const first = await start({ zones })
    expect((await first.world.driver.read(DOMAIN)).cid).toBe(A)
    await first.world.setTexts([])
    await first.server.close()
    expect((await (await start({ zones })).world.driver.read(DOMAIN)).cid).toBeUndefined()
  })

  it('leave records that were never updated to the configuration, and those that no key may write any more', async () => {
    const first = await start()
    await first.world.driver.swap(DOMAIN, { expected: undefined, next: A })
    await first.server.close()
    const address = { name: DOMAIN, type: 'A', ttlSeconds: 60, data: '192.0.2.9' }
    const second = await start({ zones: [{ name: DOMAIN, records: [address] }] })
    expect((await second.resolver.query(DOMAIN, 'A')).answers[0]?.data).toBe('192.0.2.9')
    expect((await second.world.driver.read(DOMAIN)).cid).toBe(A)
    await second.server.close()
    const third = await start({ keys: [{ ...KEY, names: [] }] })
    expect((await third.world.driver.read(DOMAIN)).cid).toBeUndefined()
  })

  it('answer SERVFAIL and change nothing when they cannot be stored', async () => {
    const events: DnsServerEvent[] = []
    const { world } = await start({ onEvent: (event) => events.push(event) })
    await world.driver.swap(DOMAIN, { expected: undefined, next: A })
    await rm(folder, { recursive: true })
    await expect(world.driver.swap(DOMAIN, { expected: A, next: B })).rejects.toMatchObject({
      code: 'DNS_SERVER_FAILURE',
    })
    expect((await world.driver.read(DOMAIN)).cid).toBe(A)
    expect(events.map(({ kind }) => kind)).toEqual(['updated', 'error', 'refused'])
  })

  it('are not guessed from a damaged file', async () => {
    const { server, world } = await start()
    await world.driver.swap(DOMAIN, { expected: undefined, next: A })
    await server.close()
    const whole = await readFile(path, 'utf8')
    for (const damaged of [
      whole.slice(0, -20),
      '',
      '[]',
      '{"version":2}',
      whole.replace('"serial": 2', '"serial": "2"'),
    ]) {
      await writeFile(path, damaged)
      await expect(start()).rejects.toMatchObject({ code: 'DNS_STATE_CORRUPT', retryable: false })
    }
    expect(await readFile(path, 'utf8')).toContain('"2"')
  })

  it('keep what a key may store within bounds', async () => {
    const { server, world } = await start()
    await world.setTexts(['small'])
    const big = Array.from({ length: 80 }, (_, i) => `${i} ${'x'.repeat(250)}`)
    const changes = big.map((text) => ({
      kind: 'add' as const,
      name: OWNER,
      type: TYPE.TXT,
      ttl: 1,
      rdata: writeTxt(text),
    }))
    expect(await sendUpdate(server, { zone: DOMAIN, prerequisites: [], changes })).toBe('REFUSED')
    expect((await world.texts()).values).toEqual(['small'])
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@domainsync/core'
import { afterEach, describe, expect, it } from 'vitest'
import { measurePropagation } from './propagation.ts'
import { createResolver } from './resolver.ts'
import { startDnsServer } from './server/dns-server.ts'
import { CIDS } from './testing/dns-driver-conformance.ts'
import { DOMAIN, KEY, rfc2136World } from './testing/rfc2136-world.ts'
import { startScriptedDnsServer } from './testing/scripted-dns-server.ts'

const [A, B] = CIDS
const clock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: async (durationMs, signal) => void (await sleep(durationMs, undefined, { signal })),
}

describe('propagation', () => {
  const closing: { close(): Promise<void> }[] = []
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((server) => server.close()))
  })
  const start = async () => {
    const server = await startDnsServer({
      zones: [{ name: DOMAIN, records: [] }],
      keys: [{ ...KEY, names: [`_dnslink.${DOMAIN}`] }],
    })
    closing.push(server)
    const { driver } = rfc2136World(server, server)
    await driver.swap(DOMAIN, { expected: undefined, next: A })
    const update = () => driver.swap(DOMAIN, { expected: A, next: B })
    return { update, resolver: createResolver({ ...server, name: `server ${server.port}` }) }
  }
  const options = { domain: DOMAIN, cid: B, clock, intervalMs: 10 }

  it('is measured until each server answers the new link, name servers and resolvers apart', async () => {
    const [fast, slow, far] = [await start(), await start(), await start()]
    await fast.update()
    const measured = measurePropagation({
      ...options,
      authoritative: [fast.resolver, slow.resolver],
      resolvers: [far.resolver],
      deadlineMs: 10_000,
    })
    await sleep(100)
    await slow.update()
    await sleep(100)
    await far.update()
    const { authoritativeMs, authoritative, resolvers } = await measured
    expect(authoritative).toMatchObject([
      { resolver: fast.resolver.name, kind: 'seen' },
      { resolver: slow.resolver.name, kind: 'seen' },
    ])
    const times = [...authoritative, ...resolvers].map((point) => (point.kind === 'seen' ? point.afterMs : Number.NaN))
    expect(times[0]).toBeLessThan(times[1]!)
    expect(times[1]).toBeGreaterThanOrEqual(90)
    expect(times[1]).toBeLessThan(times[2]!)
    expect(authoritativeMs).toBe(times[1])
  })

  it('is unknown for a server that still has the old link, or is silent, at the deadline', async () => {
    const [current, old] = [await start(), await start()]
    await current.update()
    const silent = await startScriptedDnsServer(() => undefined)
    closing.push(silent)
    const result = await measurePropagation({
      ...options,
      authoritative: [current.resolver, createResolver({ ...silent, name: 'silent' })],
      resolvers: [old.resolver],
      deadlineMs: 300,
    })
    expect(result.authoritativeMs).toBeUndefined()
    expect(result.authoritative).toMatchObject([
      { kind: 'seen' },
      { resolver: 'silent', kind: 'unknown', last: 'DNS_TIMEOUT' },
    ])
    expect(result.resolvers).toEqual([{ resolver: old.resolver.name, kind: 'unknown', last: A }])
  })

  it('counts from the write, and is unknown without name servers', async () => {
    const { resolver, update } = await start()
    const writtenAt = clock.monotonic() - 5_000
    await update()
    const result = await measurePropagation({
      ...options,
      authoritative: [],
      resolvers: [resolver],
      deadlineMs: 9_000,
      writtenAt,
    })
    expect(result.authoritativeMs).toBeUndefined()
    expect(result.resolvers).toMatchObject([{ kind: 'seen', afterMs: expect.closeTo(5_000, -3) }])
  })

  it('stops when the caller does, and measures nothing for what is no CID', async () => {
    const { resolver } = await start()
    const base = { ...options, authoritative: [resolver], resolvers: [], deadlineMs: 10_000 }
    const signal = AbortSignal.timeout(50)
    await expect(measurePropagation({ ...base, signal })).rejects.toThrow()
    await expect(measurePropagation({ ...base, cid: 'x' })).rejects.toMatchObject({ code: 'DNS_CID_INVALID' })
  })
})

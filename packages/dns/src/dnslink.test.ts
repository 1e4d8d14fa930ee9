import { type DnsRecord, parseDomainName, type Resolver } from '@domainsync/core'
import { afterEach, describe, expect, it } from 'vitest'
import { readDnsLink } from './dnslink.ts'
import { readDnsLinkQuorum } from './dnslink-quorum.ts'
import { createResolver } from './resolver.ts'
import { type DnsServer, startDnsServer } from './server/dns-server.ts'
import { CIDS } from './testing/dns-driver-conformance.ts'
import { startScriptedDnsServer } from './testing/scripted-dns-server.ts'

const [A, B, C] = CIDS
const DOMAIN = parseDomainName('example.test')
const txt = (name: string, data: string, ttlSeconds = 60): DnsRecord => ({ name, type: 'TXT', ttlSeconds, data })
const cname = (name: string, data: string, ttlSeconds = 60): DnsRecord => ({ name, type: 'CNAME', ttlSeconds, data })
const link = (cid: string) => txt('_dnslink.example.test', `dnslink=/ipfs/${cid}`)

describe('DNSLink', () => {
  const closing: { close(): Promise<void> }[] = []
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((server) => server.close()))
  })
  const serve = async (zones: Record<string, DnsRecord[]>): Promise<Resolver> => {
    const configs = Object.entries(zones).map(([name, records]) => ({ name, records }))
    const server: DnsServer = await startDnsServer({ zones: configs, keys: [] })
    closing.push(server)
    return createResolver(server)
  }
  const silent = async (): Promise<Resolver> => {
    const server = await startScriptedDnsServer(() => undefined)
    closing.push(server)
    return createResolver({ ...server, name: 'silent' })
  }

  it('reads the link, its TTL and whether the answer was authoritative', async () => {
    const resolver = await serve({ 'example.test': [link(A), txt('_dnslink.example.test', 'other')] })
    expect(await readDnsLink(resolver, DOMAIN)).toEqual({ kind: 'link', cid: A, ttlSeconds: 60, authoritative: true })
  })

  it('is none for a name that is not there, or has other records', async () => {
    expect(await readDnsLink(await serve({ 'example.test': [] }), DOMAIN)).toEqual({ kind: 'none' })
    const other = await serve({ 'example.test': [txt('_dnslink.example.test', 'v=spf1')] })
    expect(await readDnsLink(other, DOMAIN)).toEqual({ kind: 'none' })
    const address = { name: '_dnslink.example.test', type: 'A', ttlSeconds: 1, data: '192.0.2.1' }
    expect(await readDnsLink(await serve({ 'example.test': [address] }), DOMAIN)).toEqual({ kind: 'none' })
  })

  it('is invalid when several links differ', async () => {
    const resolver = await serve({ 'example.test': [link(B), link(A)] })
    const values = [`dnslink=/ipfs/${A}`, `dnslink=/ipfs/${B}`].sort()
    expect(await readDnsLink(resolver, DOMAIN)).toEqual({ kind: 'invalid', values })
  })

  it('follows aliases within the answer, with the smallest TTL', async () => {
    const resolver = await serve({
      'example.test': [cname('_dnslink.example.test', 'a.links.test', 20)],
      'links.test': [cname('a.links.test', 'B.links.test', 50), txt('b.links.test', `dnslink=/ipfs/${A}`, 30)],
    })
    expect(await readDnsLink(resolver, DOMAIN)).toEqual({ kind: 'link', cid: A, ttlSeconds: 20, authoritative: true })
  })

  it('follows an alias by another query when the answer ends with it', async () => {
    const near = await serve({ 'example.test': [cname('_dnslink.example.test', 'a.links.test', 20)] })
    const far = await serve({ 'links.test': [txt('a.links.test', `dnslink=/ipfs/${A}`, 30)] })
    const asked: string[] = []
    const both: Resolver = {
      name: 'both',
      query: (name, type, options) => {
        asked.push(name)
        return (name.endsWith('links.test') ? far : near).query(name, type, options)
      },
    }
    expect(await readDnsLink(both, DOMAIN)).toMatchObject({ kind: 'link', cid: A, ttlSeconds: 20 })
    expect(asked).toEqual(['_dnslink.example.test', 'a.links.test'])
    await expect(readDnsLink(near, DOMAIN)).rejects.toMatchObject({ code: 'DNS_SERVER_FAILURE' })
  })

  it('is none when an alias leads to nothing', async () => {
    const resolver = await serve({ 'example.test': [cname('_dnslink.example.test', 'gone.example.test')] })
    expect(await readDnsLink(resolver, DOMAIN)).toEqual({ kind: 'none' })
  })

  it('takes a loop of aliases, and an endless chain, for invalid', async () => {
    const loop = await serve({
      'example.test': [
        cname('_dnslink.example.test', 'a.example.test'),
        cname('a.example.test', '_dnslink.example.test'),
      ],
    })
    expect(await readDnsLink(loop, DOMAIN)).toEqual({
      kind: 'invalid',
      values: ['_dnslink.example.test', 'a.example.test', '_dnslink.example.test'],
    })
    const chain = Array.from({ length: 40 }, (_, i) => cname(`n${i}.example.test`, `n${i + 1}.example.test`))
    const endless = await serve({ 'example.test': [cname('_dnslink.example.test', 'n0.example.test'), ...chain] })
    expect(await readDnsLink(endless, DOMAIN)).toMatchObject({ kind: 'invalid' })
  })

  it('knows nothing from a server that refuses or refers', async () => {
    const foreign = await serve({ 'other.test': [] })
    await expect(readDnsLink(foreign, DOMAIN)).rejects.toMatchObject({ code: 'DNS_SERVER_FAILURE' })
    const delegation = { name: 'example.test', type: 'NS', ttlSeconds: 60, data: 'ns.example.test' }
    const parent = await serve({ test: [delegation] })
    await expect(readDnsLink(parent, DOMAIN)).rejects.toMatchObject({ code: 'DNS_REFERRAL' })
    await expect(readDnsLink(await silent(), DOMAIN, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'DNS_TIMEOUT' })
  })

  describe('from several resolvers', () => {
    const quorum = (resolvers: Resolver[], quorum?: number) =>
      readDnsLinkQuorum(resolvers, DOMAIN, { timeoutMs: 200, ...(quorum !== undefined && { quorum }) })
    const linking = (cid: string) => serve({ 'example.test': [link(cid)] })

    it('is agreed when a majority links to the same CID', async () => {
      const result = await quorum([await linking(A), await silent(), await linking(A)])
      expect(result).toMatchObject({
        kind: 'agreed',
        value: { kind: 'link', cid: A, ttlSeconds: 60, authoritative: true },
      })
      expect(result.votes[1]).toMatchObject({ resolver: 'silent', error: { code: 'DNS_TIMEOUT' } })
    })

    it('is agreed that there is no link', async () => {
      const empty = await serve({ 'example.test': [] })
      expect(await quorum([empty, empty, await linking(A)])).toMatchObject({ kind: 'agreed', value: { kind: 'none' } })
    })

    it('is unknown, with who said what, when too few agree', async () => {
      const result = await quorum([await linking(A), await linking(B), await linking(C)])
      expect(result).toMatchObject({ kind: 'unknown', code: 'DNS_NO_QUORUM' })
      expect(result.votes).toMatchObject([{ answer: { cid: A } }, { answer: { cid: B } }, { answer: { cid: C } }])
      expect(await quorum([await linking(A), await silent(), await silent()])).toMatchObject({ kind: 'unknown' })
      expect(await quorum([await linking(A), await linking(A), await silent()], 3)).toMatchObject({ kind: 'unknown' })
    })

    it('is unknown in a tie, and without resolvers', async () => {
      expect(await quorum([await linking(A), await linking(B)], 1)).toMatchObject({ kind: 'unknown' })
      expect(await quorum([])).toMatchObject({ kind: 'unknown', votes: [] })
      expect(await quorum([await silent()], 0)).toMatchObject({ kind: 'unknown' })
    })
  })
})

import { carBytes } from '@domainsync/sdk'
import { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { carFrames } from '../car/car-frames.ts'
import { type RawAnswer, rawRequest } from '../node/raw-request.test.support.ts'
import { runningNode } from '../node/running-node.test.support.ts'
import { createKuboReplica } from '../providers/kubo.ts'
import { type KuboNode, startKubo } from '../providers/kubo-node.test.support.ts'
import { KUBO } from '../providers/server-binary.test.support.ts'
import { siteBlocks } from './site-blocks.test.support.ts'

const MIB = 1024 * 1024
const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`many/file-${i}.txt`, `${i}`]))
const site = await siteBlocks(
  {
    'index.html': '<h1>home</h1>',
    'docs/index.html': '<h1>docs</h1>',
    'docs/a b.txt': 'spaced',
    'big.bin': new Uint8Array(3 * MIB + 5).map((_, i) => Math.imul(i, 2_654_435_761) >>> 24),
    'empty.txt': '',
    '404.html': '<h1>lost</h1>',
    _redirects: [
      '/moved /docs/',
      '/found/:page /docs/:page 302',
      '/splat/* /docs/:splat 303',
      '/again /docs/ 307',
      '/app/* /index.html 200',
      '/gone/* /404.html 410',
      '/law/* /404.html 451',
    ].join('\n'),
    ...many,
  },
  { shardSplitThresholdBytes: 2_000 },
)

const ROOT = `${site.root}`
const CAR = 'application/vnd.ipld.car'
const RAW = 'application/vnd.ipld.raw'

describe.skipIf(KUBO.absence())('the gateway beside Kubo’s own, over the same blocks', () => {
  let kubo: KuboNode
  beforeAll(async () => {
    kubo = await startKubo()
    const replica = createKuboReplica({ name: 'kubo', rpcUrl: kubo.rpcUrl, failureDomain: 'there' })
    await replica.upload(site.root, () => carBytes([site.root], each()))
  }, 60_000)
  afterAll(() => kubo?.close())

  async function* each() {
    yield* [...site.blocks].reverse()
  }

  type Request = readonly [path: string, headers?: Record<string, string>]

  /** Ours and theirs to each request. */
  async function* answers(requests: readonly Request[], host?: string) {
    const node = await runningNode()
    await node.store.put(site.blocks)
    for (const [path, headers] of requests) {
      const ask = (url: string) =>
        rawRequest(url, { path, ...(headers && { headers }), ...(host && { host: `${host}:${new URL(url).port}` }) })
      yield [`${path} ${JSON.stringify(headers ?? {})}`, await ask(node.url), await ask(kubo.gatewayUrl)] as const
    }
  }

  it('gives the same blocks in the same order', async () => {
    const car = (rest: string): Request => [`/ipfs/${ROOT}${rest}`]
    const requests = [
      car('?format=raw'),
      car('?format=car'),
      car('/?format=car'),
      car('/docs?format=car'),
      car('/docs/a%20b.txt?format=car'),
      car('/many?format=car&dag-scope=block'),
      car('/many?format=car&dag-scope=entity'),
      car('/many/file-17.txt?format=car'),
      car('/big.bin?format=car&dag-scope=block'),
      car('/big.bin?format=car&dag-scope=entity'),
      car('/docs?format=car&dag-scope=entity'),
      ...['0:*', '0:0', `${MIB}:${2 * MIB}`, '-5:*', `5:-${2 * MIB}`, '-99999999:0', '0:99999999'].map((range) =>
        car(`/big.bin?format=car&dag-scope=entity&entity-bytes=${range}`),
      ),
      car('/empty.txt?format=car&dag-scope=entity&entity-bytes=0:*'),
      // This Kubo heeds entity-bytes beside dag-scope=entity alone.
      car('/docs?format=car&dag-scope=entity&entity-bytes=0:1'),
      [`/ipfs/${ROOT}`, { accept: RAW }],
      [`/ipfs/${ROOT}/docs`, { accept: `${CAR};version=1;order=dfs;dups=n` }],
      [`/ipfs/${ROOT}?format=raw`, { accept: CAR }],
      ['/ipfs/bafkqaaa?format=raw'],
    ] as const
    for await (const [what, ours, theirs] of answers(requests)) {
      expect(await summary(ours), what).toEqual(await summary(theirs))
    }
  })

  it('refuses with the same status', async () => {
    const missing = '/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
    const requests = [
      ['/ipfs/hello?format=raw'],
      [`/ipfs/${ROOT}?format=ipns-record`],
      [`/ipfs/${ROOT}?format=car&dag-scope=some`],
      [`/ipfs/${ROOT}/big.bin?format=car&entity-bytes=a:b`],
      [`/ipfs/${ROOT}?format=car&car-version=2`],
      [`${missing}?format=raw`],
      [`${missing}?format=raw`, { 'cache-control': 'only-if-cached' }],
      // Not a CAR whose root is not here: this Kubo says 200 with a broken one, the specification 404.
    ] as const
    for await (const [what, ours, theirs] of answers(requests)) expect(ours.status, what).toBe(theirs.status)
  })

  it('serves the same pages', async () => {
    const page = (path: string, headers?: Record<string, string>): Request => (headers ? [path, headers] : [path])
    const requests = [
      ...[
        '/',
        '/index.html',
        '/docs',
        '/docs?x=1',
        '/docs/',
        '/docs/a%20b.txt',
        '/empty.txt',
        '/many/file-299.txt',
      ].map((path) => page(path)),
      ...['bytes=0-4', 'bytes=-5', `bytes=${MIB - 1}-${MIB}`, 'bytes=3145728-', 'bytes=99999999-'].map((range) =>
        page('/big.bin', { range }),
      ),
      page('/docs/a%20b.txt?filename=x.txt'),
      page('/docs/a%20b.txt?download=true&filename=x.txt'),
      ...['/moved', '/moved?q=1', '/found/page.txt', '/splat/x/y', '/again'].map((path) => page(path)),
      ...['/app/route', '/gone/x', '/law/x', '/nope/at/all', '/many/nope'].map((path) => page(path)),
    ]
    for await (const [what, ours, theirs] of answers(requests, `${ROOT}.ipfs.localhost`)) {
      expect(await pageSummary(ours), what).toEqual(await pageSummary(theirs))
    }
  })
})

/** What two right answers have in common. */
async function summary({ status, headers, body, cut }: RawAnswer) {
  const type = headers['content-type']
  return {
    status,
    cut,
    type,
    cache: headers['cache-control'],
    nosniff: headers['x-content-type-options'],
    disposition: headers['content-disposition']?.split(';')[0],
    // Kubo writes it decoded.
    path: decodeURIComponent(`${headers['x-ipfs-path']}`),
    roots: headers['x-ipfs-roots'],
    content: type?.startsWith(CAR) ? await cidsOf(body) : body.toString('hex'),
  }
}

async function pageSummary({ status, headers, body }: RawAnswer) {
  const moved = status >= 300 && status < 400
  return {
    status,
    location: headers.location,
    range: headers['content-range'],
    path: status < 300 ? decodeURIComponent(`${headers['x-ipfs-path']}`) : undefined,
    disposition: headers['content-disposition']?.split('; filename*')[0],
    cache: status < 300 ? headers['cache-control'] : undefined,
    // `404.html` without a rule is ours alone.
    body: moved || status === 416 || status === 404 ? undefined : body.toString('latin1'),
  }
}

/** CIDs of a CAR in its order. */
async function cidsOf(car: Buffer): Promise<string[]> {
  const body = async function* () {
    yield car
  }
  const cids: string[] = []
  for await (const frame of carFrames(body(), { maxHeaderBytes: 4096, maxFrameBytes: 3 * MIB })) {
    cids.push(cids.length === 0 ? 'header' : `${CID.decodeFirst(frame)[0]}`)
  }
  return cids
}

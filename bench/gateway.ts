import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reservePorts } from '../packages/core/dist/node/index.js'
import { KUBO } from '../packages/ipfs-mirror/src/providers/server-binary.test.support.ts'
import { type FileServer, startKuboGateway, startNodeServer } from './file-servers.ts'
import { downloadMs, httpLoad } from './http-load.ts'
import { writeBenchSite } from './import-sites.ts'
import { type Measurement, report } from './report.ts'

const ROUNDS = 7
const CONNECTIONS = 16
const LOAD_MS = 1_500
/** A server's first requests compile its code; they are not counted. */
const WARM_UP_MS = 1_000
const PAGE = 'page.html'
const PAGE_BYTES = 10_000
const SMALL_FILES = 200
const LARGE_MIB = 100
/** Of the large file, in each turn. */
const DOWNLOADS = 3
const MIN_OF_KUBO = 1
const MIN_OF_PLAIN = 0.5

/** What each round gave of one server. */
interface Samples {
  readonly requestsPerSecond: number[]
  readonly p99Ms: number[]
  readonly mbPerSecond: number[]
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** All servers in turn in every round, each first as often as the others, so that what else the machine does falls on all. */
async function measure(servers: ReadonlyMap<string, FileServer>): Promise<ReadonlyMap<string, Samples>> {
  const names = [...servers.keys()]
  const all = new Map(names.map((name) => [name, { requestsPerSecond: [], p99Ms: [], mbPerSecond: [] } as Samples]))
  for (let round = -1; round < ROUNDS; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + 1) % names.length]!
      const server = servers.get(name)!
      const load = await httpLoad(server.at(PAGE), {
        connections: CONNECTIONS,
        durationMs: round < 0 ? WARM_UP_MS : LOAD_MS,
      })
      const sizeBytes = LARGE_MIB * 1024 * 1024
      const samples = all.get(name)!
      for (let download = 0; download < DOWNLOADS; download++) {
        const ms = await downloadMs(server.at('large.bin'), sizeBytes)
        if (round >= 0) samples.mbPerSecond.push(sizeBytes / 1000 / ms)
      }
      if (round < 0) continue
      samples.requestsPerSecond.push(load.requestsPerSecond)
      samples.p99Ms.push(load.p99Ms)
    }
  }
  return all
}

function compare(peer: string, atLeast: number, all: ReadonlyMap<string, Samples>): Measurement[] {
  const [ours, theirs] = [all.get('gateway')!, all.get(peer)!]
  const goal = { of: 'ratio', atLeast } as const
  const figure = (what: string, unit: string, pick: (of: Samples) => number[]) => ({
    what,
    value: median(pick(ours)),
    unit,
    reference: peer,
    referenceValue: median(pick(theirs)),
  })
  return [
    { ...figure('page of 10 kB', 'requests/s', (of) => of.requestsPerSecond), goal },
    { ...figure('page of 10 kB, p99', 'ms', (of) => of.p99Ms), goal: { of: 'ratio', atMost: 1 / atLeast } },
    { ...figure('file of 100 MiB', 'MB/s', (of) => of.mbPerSecond), goal },
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-'))
try {
  const site = join(folder, 'site')
  writeBenchSite(site, { small: SMALL_FILES, largeMib: LARGE_MIB })
  writeFileSync(join(site, PAGE), 'x'.repeat(PAGE_BYTES))
  await using stack = new AsyncDisposableStack()
  const servers = new Map<string, FileServer>()
  servers.set('gateway', stack.use(await startNodeServer('gateway', site)))
  servers.set('plain node:http', stack.use(await startNodeServer('plain', site)))
  const kubo = KUBO.find()
  if (kubo === undefined) {
    console.error('Kubo is not here, so nothing is measured beside it: run "node scripts/build-kubo.mjs".')
  } else {
    const [port] = (await reservePorts(1)) as [number]
    const options = { folder: site, repository: join(folder, 'kubo'), port }
    servers.set("Kubo's gateway", stack.use(await startKuboGateway(kubo, options)))
  }
  const all = await measure(servers)
  report('gateway', [
    ...(kubo === undefined ? [] : compare("Kubo's gateway", MIN_OF_KUBO, all)),
    ...compare('plain node:http', MIN_OF_PLAIN, all),
  ])
} finally {
  rmSync(folder, { recursive: true })
}

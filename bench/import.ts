import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { importFolder, openBlockStore } from '../packages/ipfs-mirror/dist/index.js'
import { KUBO } from '../packages/ipfs-mirror/src/providers/server-binary.test.support.ts'
import { type BenchSite, writeBenchSite } from './import-sites.ts'
import { type Measurement, report } from './report.ts'

const RUNS = 5
const MIN_SMALL_SHARE_OF_LIMIT = 0.3
const MIN_LARGE_SHARE_OF_LIMIT = 0.8
const MIN_TIMES_KUBO = 2
const MIN_TIMES_KUBO_ONE_CHANGED = 50
/** Files that changed within this time are not trusted to the import cache. */
const CACHE_SETTLES_MS = 150

const folder = mkdtempSync(join(tmpdir(), 'bench-import-'))
const kubo = KUBO.find()
let fresh = 0

/** Median times of two ways to do the same, run in turn so that a busy machine slows both. */
async function inTurn(ours: () => Promise<number>, theirs: () => Promise<number>, runs = RUNS) {
  const times: [number[], number[]] = [[], []]
  for (let i = 0; i < runs; i++) {
    times[0].push(await ours())
    times[1].push(await theirs())
  }
  const [oursMs, theirsMs] = times.map((all) => all.sort((a, b) => a - b)[Math.floor(runs / 2)]!)
  return { oursMs: oursMs!, theirsMs: theirsMs! }
}

/** Milliseconds of one run, begun when the disk has nothing left to do of the run before. */
async function timed(run: () => unknown): Promise<number> {
  execFileSync('sync')
  const started = performance.now()
  await run()
  return performance.now() - started
}

/** One thread that only reads and hashes, with the list of files at hand. */
function readAndHash({ paths }: BenchSite): void {
  for (const path of paths) hash('sha256', readFileSync(path), 'buffer')
}

async function hashOnly(what: string, site: BenchSite, atLeast: number): Promise<Measurement> {
  const { oursMs, theirsMs } = await inTurn(
    () => timed(() => importFolder(site.folder)),
    () => timed(() => readAndHash(site)),
  )
  return {
    what: `hash only, ${what}`,
    value: rate(site, oursMs),
    unit: 'MB/s',
    reference: 'readFileSync + SHA-256',
    referenceValue: rate(site, theirsMs),
    goal: { of: 'ratio', atLeast },
  }
}

/** Into an empty store and durable, as `ipfs add` into an empty repository is. */
async function importAll(site: BenchSite): Promise<number> {
  const path = join(folder, `store-${fresh++}`)
  const store = await openBlockStore(path)
  const ms = await timed(async () => {
    await store.pin((await importFolder(site.folder, { store })).root)
  })
  await store.close()
  rmSync(path, { recursive: true })
  return ms
}

function newRepository(): NodeJS.ProcessEnv {
  const env = { ...process.env, IPFS_PATH: join(folder, `kubo-${fresh++}`) }
  execFileSync(kubo!, ['init', '--profile', 'test'], { env, stdio: 'ignore' })
  execFileSync(kubo!, ['config', 'profile', 'apply', 'unixfs-v1-2025'], { env, stdio: 'ignore' })
  return env
}

function add(site: BenchSite, env: NodeJS.ProcessEnv): Promise<number> {
  return timed(() => execFileSync(kubo!, ['add', '-r', '-Q', '--hidden', site.folder], { env, stdio: 'ignore' }))
}

async function besideKubo(what: string, site: BenchSite): Promise<Measurement> {
  const { oursMs, theirsMs } = await inTurn(
    () => importAll(site),
    async () => {
      const env = newRepository()
      const ms = await add(site, env)
      rmSync(env.IPFS_PATH!, { recursive: true })
      return ms
    },
  )
  return {
    what: `import, durable, ${what}`,
    value: rate(site, oursMs),
    unit: 'MB/s',
    reference: 'ipfs add',
    referenceValue: rate(site, theirsMs),
    goal: { of: 'ratio', atLeast: MIN_TIMES_KUBO },
  }
}

async function oneChanged(what: string, site: BenchSite): Promise<Measurement> {
  const store = await openBlockStore(join(folder, `store-${fresh++}`))
  const cache = join(folder, 'cache')
  const env = newRepository()
  let turn = 0
  const change = async () => {
    appendFileSync(site.paths[turn++]!, 'x')
    await delay(CACHE_SETTLES_MS)
  }
  await delay(CACHE_SETTLES_MS)
  await importFolder(site.folder, { store, cache, rehash: false })
  await add(site, env)
  const { oursMs, theirsMs } = await inTurn(
    async () => {
      await change()
      return timed(async () => {
        await importFolder(site.folder, { store, cache, rehash: false })
        await store.sync()
      })
    },
    async () => {
      await change()
      return add(site, env)
    },
    9,
  )
  await store.close()
  return {
    what: `one file changed, ${what}`,
    value: 1000 / oursMs,
    unit: 'imports/s',
    reference: 'ipfs add',
    referenceValue: 1000 / theirsMs,
    goal: { of: 'ratio', atLeast: MIN_TIMES_KUBO_ONE_CHANGED },
  }
}

function rate({ sizeBytes }: BenchSite, ms: number): number {
  return sizeBytes / 1000 / ms
}

try {
  const small = writeBenchSite(join(folder, 'small'), { small: 2000, largeMib: 0 })
  const large = writeBenchSite(join(folder, 'large'), { small: 0, largeMib: 200 })
  const figures = [
    await hashOnly('2,000 small files', small, MIN_SMALL_SHARE_OF_LIMIT),
    await hashOnly('one 200 MiB file', large, MIN_LARGE_SHARE_OF_LIMIT),
  ]
  if (kubo === undefined) {
    console.error('Kubo is not here, so nothing is measured beside it: run "node scripts/build-kubo.mjs".')
  } else {
    const mixed = writeBenchSite(join(folder, 'mixed'), { small: 10_000, largeMib: 200 })
    figures.push(
      await besideKubo('2,000 small files', small),
      await besideKubo('one 200 MiB file', large),
      await besideKubo('10,000 small files and one of 200 MiB', mixed),
      await oneChanged('10,000 small files and one of 200 MiB', mixed),
    )
  }
  report('import', figures)
} finally {
  rmSync(folder, { recursive: true })
}

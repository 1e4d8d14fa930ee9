import { execFileSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { type DomainState, hashFromRoot, parseDomainName } from '../packages/core/dist/index.js'
import {
  assembleRelease,
  importFolder,
  openBlockStore,
  openSavedFile,
  releaseFiles,
  writeCarFile,
} from '../packages/ipfs-mirror/dist/index.js'
import { generateReleaseKey, signRelease, spkiHash } from '../packages/pq/dist/index.js'
import { nativeMlDsa } from '../packages/pq/dist/node/index.js'
import { saveBundle } from '../packages/sdk/dist/bundle/save-bundle.js'
import { createRpcChain, verifyBundle, verifyRoot } from '../packages/sdk/dist/index.js'
import { startChainNode } from '../test/support/chain-node.ts'
import { deployRegistry, ROLE_KEYS } from '../test/support/test-registry.ts'
import { type BenchSite, writeBenchSite } from './import-sites.ts'
import { type Measurement, report } from './report.ts'

const RUNS = 7
const MAX_TIMES_SHA256 = 3
const DOMAIN = parseDomainName('example.test')
const verifyMlDsa = nativeMlDsa.verify

const folder = mkdtempSync(join(tmpdir(), 'bench-verify-'))
await using node = await startChainNode('anvil')
const registry = await deployRegistry(node)
const network = { chainId: node.chainId, registry: registry.address }
const key = generateReleaseKey()
const id = await registry.register(DOMAIN, { pqKeyHash: spkiHash(key.signer.spki) })
const chain = createRpcChain({ url: node.url, ...network })
let releases = 0

/** Median milliseconds of each, run in turn so that a busy machine slows all. */
async function inTurn(...runs: readonly (() => unknown)[]): Promise<number[]> {
  const times = runs.map((): number[] => [])
  for (let turn = -1; turn < RUNS; turn++) {
    for (const [at, run] of runs.entries()) {
      const started = performance.now()
      await run()
      if (turn >= 0) times[at]!.push(performance.now() - started)
    }
  }
  return times.map((all) => all.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!)
}

/** One thread that only reads and hashes, with the list of files at hand. */
function readAndHash({ paths }: BenchSite): void {
  for (const path of paths) hash('sha256', readFileSync(path), 'buffer')
}

/** Signs a site, makes it live on the chain, and verifies it from the store and from a saved bundle. */
async function figuresOf(what: string, site: BenchSite): Promise<Measurement[]> {
  const release = ++releases
  const store = await openBlockStore(join(folder, `store-${release}`))
  const content = await importFolder(site.folder, { store })
  const statement = {
    domain: DOMAIN,
    release,
    content: `${content.root}`,
    ...network,
    previous: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    files: releaseFiles(content, { pqKeyHash: spkiHash(key.signer.spki) }),
  }
  const releaseJson = await signRelease({ statement, pq: key.signer, signer: new Wallet(ROLE_KEYS.signer) })
  const root = await assembleRelease(content, { releaseJson, spki: key.signer.spki }, { store })
  await store.pin(root)
  await registry.sync(id, hashFromRoot(root))
  const block = await chain.block('latest')
  const state = (await chain.domain(DOMAIN, block)) as DomainState

  const path = join(folder, `bundle-${release}.car`)
  const found = { ok: true, domain: DOMAIN, release, root, block, checks: [], failures: [] }
  const subject = { domain: DOMAIN, ...network }
  await writeCarFile(path, saveBundle(found, { subject, source: store, rpcUrls: [node.url] }))
  execFileSync('sync')

  const fromStore = async () => void (await verifyRoot({ ...network, state, source: store, verifyMlDsa }))
  const fromBundle = async () => {
    await using file = await openSavedFile(path)
    const { failures } = await verifyBundle(file, { ...subject, blockHash: block.hash, verifyMlDsa })
    if (failures.length > 0) throw new Error(JSON.stringify(failures))
  }
  const [storeMs, bundleMs, hashMs] = (await inTurn(fromStore, fromBundle, () => readAndHash(site))) as [
    number,
    number,
    number,
  ]
  await store.close()
  const beside = { unit: 'ms', reference: 'readFileSync + SHA-256', referenceValue: hashMs }
  const goal = { of: 'ratio', atMost: MAX_TIMES_SHA256 } as const
  return [
    { what: `steps 3 to 6 from a store, ${what}`, value: storeMs, ...beside, goal },
    { what: `steps 1 to 6 from a bundle, every block, ${what}`, value: bundleMs, ...beside, goal },
  ]
}

try {
  const small = writeBenchSite(join(folder, 'small'), { small: 10_000, largeMib: 0 })
  const mixed = writeBenchSite(join(folder, 'mixed'), { small: 10_000, largeMib: 200 })
  report('verify', [
    ...(await figuresOf('10,000 files', small)),
    ...(await figuresOf('10,000 files and one of 200 MiB', mixed)),
  ])
} finally {
  registry.close()
  rmSync(folder, { recursive: true })
}

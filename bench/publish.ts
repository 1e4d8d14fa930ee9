import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openPublisher } from '../packages/cli/dist/wiring/open-publisher.js'
import { openReplicas } from '../packages/cli/dist/wiring/replicas.js'
import {
  createKuboReplica,
  importFolder,
  openBlockStore,
  proveReplication,
  writeCar,
} from '../packages/ipfs-mirror/dist/index.js'
import { type KuboNode, startKubo } from '../packages/ipfs-mirror/src/providers/kubo-node.test.support.ts'
import { KUBO } from '../packages/ipfs-mirror/src/providers/server-binary.test.support.ts'
import { DOMAIN, openPublishWorld, type PublishWorld } from '../test/support/publish-world.ts'
import { writeBenchSite } from './import-sites.ts'
import { pairedMs } from './paired.ts'
import { type Measurement, report } from './report.ts'

const ROUNDS = 5
const SITE = { small: 2000, largeMib: 0 }
/** What the profile `unixfs-v1-2025` means for files and folders of this size. */
const ADD = ['add', '-r', '-Q', '--hidden', '--cid-version=1', '--raw-leaves', '--chunker=size-1048576']
const MAX_OF_KUBO = 1

const folder = mkdtempSync(join(tmpdir(), 'bench-publish-'))
let seed = 0

/** A site that nobody has seen. */
function newSite(): string {
  const path = join(folder, `site-${++seed}`)
  writeBenchSite(path, { ...SITE, seed })
  return path
}

/** `ipfs add` by the node's own daemon. */
async function add(kubo: KuboNode, site: string): Promise<string> {
  const env = { ...process.env, IPFS_PATH: kubo.repo }
  return (await promisify(execFile)(KUBO.find() as string, [...ADD, site], { env })).stdout.trim()
}

/** Into our store and from there, as one CAR, into a Kubo. */
async function importAndUpload(kubo: KuboNode, site: string): Promise<string> {
  const store = await openBlockStore(`${site}.store`)
  const { root } = await importFolder(site, { store })
  await store.pin(root)
  await createKuboReplica({ name: 'kubo', rpcUrl: kubo.rpcUrl, failureDomain: 'rack 1' }).upload(root, () =>
    writeCar(root, store),
  )
  await store.close()
  return `${root}`
}

/** Sites are written beforehand, one for each way and round, so that neither node knows the blocks already. */
async function besideAdd(
  ours: (site: string) => Promise<unknown>,
  peer: KuboNode,
): Promise<Awaited<ReturnType<typeof pairedMs>>> {
  const take = () => sites.pop() as string
  const sites = Array.from({ length: 2 * (ROUNDS + 1) }, newSite)
  return pairedMs(
    () => ours(take()),
    () => add(peer, take()),
    { rounds: ROUNDS },
  )
}

async function uploads(kubos: readonly KuboNode[]): Promise<Measurement> {
  const [mine, theirs] = kubos as [KuboNode, KuboNode]
  const site = newSite()
  const [root, added] = [await importAndUpload(mine, site), await add(theirs, site)]
  if (root !== added) throw new Error(`the two ways give ${root} and ${added}: they are not comparable`)
  const { ours, peer } = await besideAdd((one) => importAndUpload(mine, one), theirs)
  return {
    what: 'import 2,000 small files and upload them to a Kubo',
    ...{ value: ours, unit: 'ms', reference: 'ipfs add by its daemon', referenceValue: peer },
    goal: { of: 'ratio', atMost: MAX_OF_KUBO },
  }
}

async function wholePublishes(world: PublishWorld, kubos: readonly KuboNode[]): Promise<Measurement> {
  const [mine, theirs] = kubos as [KuboNode, KuboNode]
  const config = await world.configWith('kubo', (raw) => {
    raw.providers = { kubo: { kind: 'kubo', rpcUrl: mine.rpcUrl, failureDomain: 'rack 1' } }
    raw.replication = { need: 1, trial: true }
  })
  await using publisher = await openPublisher(config)
  const { ours, peer } = await besideAdd(async (from) => {
    await publisher.publish(await publisher.plan(DOMAIN, { from, skipChecks: true }))
  }, theirs)
  return {
    what: 'the same signed, read back, on chain and in DNS',
    ...{ value: ours, unit: 'ms', reference: 'ipfs add by its daemon', referenceValue: peer },
  }
}

/** Every block of three replicas, hashed, beside the bytes of one of them. */
async function proofs(world: PublishWorld): Promise<Measurement> {
  const from = newSite()
  await using publisher = await openPublisher(world.config)
  await publisher.publish(await publisher.plan(DOMAIN, { from, skipChecks: true }))
  const root = await world.liveRoot()
  const replicas = (await openReplicas(world.config)).map(({ replica }) => replica)
  const { ours, peer } = await pairedMs(
    async () => {
      const { held } = await proveReplication(root, replicas, { need: replicas.length, trial: true })
      if (held !== replicas.length) throw new Error(`${held} of ${replicas.length} hold the release`)
    },
    async () => {
      for await (const _ of replicas[0]!.source.car!(root, {}));
    },
    { rounds: ROUNDS },
  )
  return {
    what: 'proof of 3 × 2,000 blocks',
    ...{ value: ours, unit: 'ms', reference: 'the CAR once, unverified', referenceValue: peer },
  }
}

try {
  await using world = await openPublishWorld('anvil')
  const figures = [await proofs(world)]
  if (KUBO.find() === undefined) {
    console.error('Kubo is not here, so nothing is measured beside it: run "node scripts/build-kubo.mjs".')
  } else {
    await using stack = new AsyncDisposableStack()
    const kubos = [await startKubo(), await startKubo()]
    for (const kubo of kubos) stack.defer(() => kubo.close())
    figures.unshift(await uploads(kubos), await wholePublishes(world, kubos))
  }
  report('publish', figures)
} finally {
  rmSync(folder, { recursive: true })
}

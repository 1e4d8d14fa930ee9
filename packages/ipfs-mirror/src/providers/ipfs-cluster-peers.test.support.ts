import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { reservePorts } from '@domainsync/core/node'
import { credentialHeaders } from './credentials.ts'
import { type KuboNode, type KuboNodeOptions, startKubo } from './kubo-node.test.support.ts'
import { IPFS_CLUSTER } from './server-binary.test.support.ts'

const READY_TIMEOUT_MS = 60_000
const LOOK_EVERY_MS = 100
export const CLUSTER_USER = { user: 'domainsync', password: 'the-password-of-this-test' }

const BASIC = credentialHeaders(CLUSTER_USER)

/** One peer of a cluster, with a Kubo of its own. */
export interface ClusterPeer {
  readonly kubo: KuboNode
  /** The REST API, behind {@link CLUSTER_USER}. */
  readonly url: string
  /** The Pinning Service API. */
  readonly psaUrl: string
  close(): Promise<void>
}

interface Seat {
  readonly folder: string
  readonly id: string
  readonly kubo: KuboNode
  readonly ports: Record<'swarm' | 'rest' | 'psa', number>
}

/** Starts a cluster on loopback and waits until its peers know each other. */
export async function startIpfsCluster(count: number, kubo: KuboNodeOptions = {}): Promise<ClusterPeer[]> {
  const seats = await Promise.all(Array.from({ length: count }, () => takeSeat(kubo)))
  const secret = randomBytes(32).toString('hex')
  const peers = await Promise.all(seats.map((seat) => startPeer(seat, { secret, seats })))
  await Promise.all(peers.map((peer) => untilComplete(peer, count)))
  return peers
}

/** A bearer token for the Pinning Service API, as a cluster gives them out. */
export async function clusterToken({ psaUrl }: ClusterPeer): Promise<string> {
  const response = await fetch(`${psaUrl}/token`, { method: 'POST', headers: BASIC })
  return ((await response.json()) as { token: string }).token
}

async function takeSeat(options: KuboNodeOptions): Promise<Seat> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-'))
  const [kubo] = await Promise.all([
    startKubo(options),
    promisify(execFile)(binary(), ['-c', folder, 'init', '--consensus', 'crdt', '--datastore', 'leveldb']),
  ])
  const [swarm, rest, psa] = await reservePorts(3)
  const { id } = JSON.parse(await readFile(join(folder, 'identity.json'), 'utf8')) as { id: string }
  return { folder, id, kubo, ports: { swarm: swarm!, rest: rest!, psa: psa! } }
}

async function startPeer(seat: Seat, { secret, seats }: { secret: string; seats: readonly Seat[] }) {
  const { folder, kubo, ports } = seat
  const path = join(folder, 'service.json')
  const config = JSON.parse(await readFile(path, 'utf8'))
  const http = (port: number) => ({
    http_listen_multiaddress: `/ip4/127.0.0.1/tcp/${port}`,
    basic_auth_credentials: { [CLUSTER_USER.user]: CLUSTER_USER.password },
  })
  Object.assign(config.cluster, {
    secret,
    listen_multiaddress: [`/ip4/127.0.0.1/tcp/${ports.swarm}`],
    mdns_interval: '0s',
    monitor_ping_interval: '500ms',
    peer_watch_interval: '500ms',
    peer_addresses: seats
      .filter((other) => other !== seat)
      .map(({ id, ports }) => `/ip4/127.0.0.1/tcp/${ports.swarm}/p2p/${id}`),
  })
  Object.assign(config.cluster.pubsub, { heartbeat_interval: '500ms', flood_publish: true })
  Object.assign(config.ipfs_connector.ipfshttp, { node_multiaddress: kubo.rpcAddress, connect_swarms_delay: '0s' })
  for (const informer of Object.values(config.informer)) Object.assign(informer as object, { metric_ttl: '2s' })
  config.api = { restapi: http(ports.rest), pinsvcapi: http(ports.psa) }
  await writeFile(path, JSON.stringify(config))
  const child = spawn(binary(), ['-c', folder, 'daemon'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-20_000)
  })
  const url = `http://127.0.0.1:${ports.rest}`
  // Asked any earlier, its REST API brings the whole peer down: it listens before it has what it answers from (seen with 1.1.6).
  await until('a cluster peer is ready', async () => {
    if (child.exitCode !== null) throw new Error(`ipfs-cluster-service ended: ${log}`)
    return log.includes('IPFS Cluster is READY')
  })
  return {
    kubo,
    url,
    psaUrl: `http://127.0.0.1:${ports.psa}`,
    async close() {
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await kubo.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Every peer must have heard of the others: a block is sent only to those whose metrics came. */
async function untilComplete({ url }: ClusterPeer, count: number): Promise<void> {
  await until(`${url} sees ${count} peers`, async () => {
    const metrics = (await ask(url, '/monitor/metrics/ping')) as unknown[] | undefined
    return metrics?.length === count
  })
}

async function ask(url: string, path: string): Promise<unknown> {
  try {
    const response = await fetch(url + path, { headers: BASIC })
    return response.ok ? await response.json() : undefined
  } catch {
    return undefined
  }
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${READY_TIMEOUT_MS} ms: ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

function binary(): string {
  return IPFS_CLUSTER.find() as string
}

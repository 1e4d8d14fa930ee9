import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reservePort } from '@domainsync/core/node'
import { createNode } from 'ipfsd-ctl'
import { create } from 'kubo-rpc-client'
import { base32upper } from 'multiformats/bases/base32'
import type { CID } from 'multiformats/cid'
import { KUBO } from './server-binary.test.support.ts'

const ADMIN_TOKEN = 'what-starts-and-stops-it'
/** The calls that the driver needs, as its docs page lists them. */
const PATHS = ['dag/import', 'dag/export', 'block/get', 'pin/ls', 'pin/rm'].map((call) => `/api/v0/${call}`)

export interface KuboNodeOptions {
  /** Token of the RPC API; without one it is open. */
  readonly token?: string
  /** Talks to other nodes of this machine; nothing leaves it either way. */
  readonly online?: boolean
  /** Where the RPC API listens; a free port by default. */
  readonly rpcPort?: number
}

/** A running Kubo of this test's own. */
export interface KuboNode {
  readonly rpcUrl: string
  readonly gatewayUrl: string
  /** Of the RPC API, for servers that drive it: `/ip4/127.0.0.1/tcp/5001`. */
  readonly rpcAddress: string
  /** Where other nodes of this machine can fetch from it. */
  readonly origins: readonly string[]
  /** Where it keeps everything. */
  readonly repo: string
  /** Changes a byte of a block on its disk. */
  damage(cid: CID): Promise<void>
  /** Takes a block off its disk. */
  lose(cid: CID): Promise<void>
  close(): Promise<void>
}

/** Starts Kubo on free ports of this machine, without bootstrap nodes, routing or discovery. */
export async function startKubo({ token, online = false, rpcPort }: KuboNodeOptions = {}): Promise<KuboNode> {
  const authorizations = {
    tests: { AuthSecret: `bearer:${ADMIN_TOKEN}`, AllowedPaths: ['/api/v0'] },
    domainsync: { AuthSecret: `bearer:${token}`, AllowedPaths: PATHS },
  }
  const headers = token ? { authorization: `Bearer ${ADMIN_TOKEN}` } : {}
  const kubo = await createNode({
    type: 'kubo',
    test: true,
    disposable: true,
    bin: KUBO.find() as string,
    rpc: (url) => create({ url: `${url}`, headers }),
    start: { offline: !online },
    init: {
      config: {
        ...(token ? { API: { Authorizations: authorizations } } : {}),
        Addresses: { Swarm: ['/ip4/127.0.0.1/tcp/0'], API: `/ip4/127.0.0.1/tcp/${rpcPort ?? (await reservePort())}` },
        Bootstrap: [],
        Routing: { Type: 'none' },
        Discovery: { MDNS: { Enabled: false } },
        AutoConf: { Enabled: false },
        AutoTLS: { Enabled: false },
        Gateway: { NoFetch: true },
      },
    },
  })
  const { api, gateway, repo, multiaddrs } = await kubo.info()
  const fileOf = async ({ multihash }: CID) => {
    const name = base32upper.encode(multihash.bytes).slice(1)
    const blocks = join(repo, 'blocks')
    const folder = (await readdir(blocks)).find((one) => name.slice(-3, -1) === one)
    return join(blocks, folder ?? 'absent', `${name}.data`)
  }
  return {
    rpcUrl: toUrl(`${api}`),
    gatewayUrl: `${gateway}`,
    rpcAddress: `${api}`,
    origins: multiaddrs.map(String),
    repo,
    async damage(cid) {
      const path = await fileOf(cid)
      const bytes = await readFile(path)
      bytes[100] = (bytes[100] ?? 0) ^ 0x10
      await writeFile(path, bytes)
    },
    lose: async (cid) => rm(await fileOf(cid)),
    close: () => kubo.stop(),
  }
}

/** `/ip4/127.0.0.1/tcp/5001` as a URL. */
function toUrl(address: string): string {
  const [, , host, , port] = address.split('/')
  return `http://${host}:${port}`
}

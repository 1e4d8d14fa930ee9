import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createNode } from 'ipfsd-ctl'
import { create } from 'kubo-rpc-client'
import { base32upper } from 'multiformats/bases/base32'
import type { CID } from 'multiformats/cid'
import { describe } from 'vitest'
import { createKuboReplica } from './kubo.ts'
import { findKubo, kuboAbsence } from './kubo-binary.test.support.ts'
import { describeReplica, type ReplicaWorld } from './replica-conformance.test.support.ts'

const RPC_TOKEN = 'a-kubo-rpc-token'
const ADMIN_TOKEN = 'what-starts-and-stops-it'
/** The calls that the driver needs, as its docs page lists them. */
const PATHS = ['dag/import', 'dag/export', 'block/get', 'pin/ls', 'pin/rm'].map((call) => `/api/v0/${call}`)

describe.skipIf(kuboAbsence())('with a real Kubo, offline', () => {
  describeReplica('Kubo replica', startKubo)
})

async function startKubo(): Promise<ReplicaWorld> {
  const authorizations = {
    tests: { AuthSecret: `bearer:${ADMIN_TOKEN}`, AllowedPaths: ['/api/v0'] },
    domainsync: { AuthSecret: `bearer:${RPC_TOKEN}`, AllowedPaths: PATHS },
  }
  const kubo = await createNode({
    type: 'kubo',
    test: true,
    disposable: true,
    bin: findKubo() as string,
    rpc: (url) => create({ url: `${url}`, headers: { authorization: `Bearer ${ADMIN_TOKEN}` } }),
    start: { offline: true },
    init: { config: { API: { Authorizations: authorizations } } },
  })
  const { api, repo } = await kubo.info()
  const rpcUrl = toUrl(`${api}`)
  const at = (url: string, token = RPC_TOKEN) =>
    createKuboReplica({ name: 'kubo', rpcUrl: url, token, failureDomain: 'there' })
  /** Where the node keeps a block. */
  const fileOf = async ({ multihash }: CID) => {
    const name = base32upper.encode(multihash.bytes).slice(1)
    const blocks = join(repo, 'blocks')
    const folder = (await readdir(blocks)).find((one) => name.slice(-3, -1) === one)
    return join(blocks, folder ?? 'absent', `${name}.data`)
  }
  return {
    replica: at(rpcUrl),
    at,
    wrongToken: at(rpcUrl, 'another-token'),
    damageCode: 'BLOCK_MISMATCH',
    async damage(cid: CID) {
      const path = await fileOf(cid)
      const bytes = await readFile(path)
      bytes[100] = (bytes[100] ?? 0) ^ 0x10
      await writeFile(path, bytes)
    },
    lossCode: 'BLOCK_MISSING',
    async lose(blocks) {
      for (const { cid } of blocks) await rm(await fileOf(cid))
    },
    close: () => kubo.stop(),
  }
}

/** `/ip4/127.0.0.1/tcp/5001` as a URL. */
function toUrl(address: string): string {
  const [, , host, , port] = address.split('/')
  return `http://${host}:${port}`
}

// `node bench/serve-folder.ts gateway|plain <folder>`: serves the folder until its standard input ends; prints where, as JSON.
import { createReadStream, rmSync } from 'node:fs'
import { mkdtemp, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { importFolder, openBlockStore, startNode } from '../packages/ipfs-mirror/dist/index.js'

const [kind, folder] = process.argv.slice(2) as ['gateway' | 'plain', string]
const HOST = 'bench.example'

async function startGateway(): Promise<number> {
  const path = await mkdtemp(join(tmpdir(), 'bench-node-'))
  process.on('exit', () => rmSync(path, { recursive: true, force: true }))
  const store = await openBlockStore(path)
  const { root } = await importFolder(folder, { store })
  await store.pin(root)
  await store.close()
  const sites = async ({ name }: { name: string }) => (name === HOST ? { root } : undefined)
  const node = await startNode({ path, port: 0, token: 'bench', sites })
  return node.port
}

/** As plain as it gets: `stat`, a type by the name, a stream. */
async function startPlain(): Promise<number> {
  const server = createServer(async (request, response) => {
    const path = join(folder, decodeURIComponent(request.url ?? ''))
    const { size } = await stat(path)
    const type = path.endsWith('.html') ? 'text/html; charset=utf-8' : 'application/octet-stream'
    response.writeHead(200, { 'content-length': size, 'content-type': type })
    // A client that has what it wants may be gone before the stream says so.
    await pipeline(createReadStream(path), response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const port = await (kind === 'gateway' ? startGateway() : startPlain())
console.log(JSON.stringify({ port, host: HOST }))
process.stdin.resume().on('end', () => process.exit())

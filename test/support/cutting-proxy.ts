import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CuttingProxy extends AsyncDisposable {
  /** Where it stands in for the target. */
  readonly url: string
  /** Connections that were cut so far. */
  readonly cuts: () => number
}

/** A TCP proxy before a server that ends a connection, as a broken line would, after so many bytes from the client. */
export async function startCuttingProxy(
  target: string,
  { cutAfterBytes }: { cutAfterBytes: number },
): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let cuts = 0
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    upstream.pipe(client)
    let bytes = 0
    client.on('data', (chunk) => {
      if (bytes > cutAfterBytes) return
      upstream.write(chunk.subarray(0, cutAfterBytes - bytes))
      bytes += chunk.length
      if (bytes <= cutAfterBytes) return
      cuts++
      upstream.end(() => client.resetAndDestroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

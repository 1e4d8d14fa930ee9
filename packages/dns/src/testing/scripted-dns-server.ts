import { frame } from '../exchange.ts'
import { listen } from '../server/listen.ts'

/** Answers one request: calls `reply` any number of times with any bytes. */
export type Script = (request: Buffer, reply: (answer: Uint8Array) => void, transport: 'udp' | 'tcp') => void

export interface ScriptedDnsServer {
  readonly host: string
  readonly port: number
  /** Requests so far. */
  readonly requests: { readonly transport: 'udp' | 'tcp'; readonly bytes: Buffer }[]
  close(): Promise<void>
}

/** A DNS server on real sockets that answers what a test wants, right or wrong. */
export async function startScriptedDnsServer(script: Script): Promise<ScriptedDnsServer> {
  const host = '127.0.0.1'
  const { udp, tcp, port } = await listen(host, 0)
  const requests: ScriptedDnsServer['requests'] = []
  udp.on('message', (bytes, { address, port: from }) => {
    requests.push({ transport: 'udp', bytes })
    script(bytes, (answer) => udp.send(answer, from, address), 'udp')
  })
  const sockets = new Set<{ destroy(): void }>()
  tcp.on('connection', (socket) => {
    sockets.add(socket)
    let received = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const bytes = received.subarray(2, 2 + received.readUInt16BE(0))
        received = received.subarray(2 + bytes.length)
        requests.push({ transport: 'tcp', bytes })
        script(bytes, (answer) => (answer.length === 0 ? socket.destroy() : socket.write(frame(answer))), 'tcp')
      }
    })
  })
  return {
    host,
    port,
    requests,
    async close() {
      const closed = [new Promise((done) => tcp.close(done)), new Promise((done) => udp.close(() => done(true)))]
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    },
  }
}

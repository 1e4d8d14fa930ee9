import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Bounds a server's connections: one too many ends the one that has had no request under way for longest, or is ended itself
 * when all are busy. So whoever opens many and says nothing keeps nobody out.
 */
export function limitConnections(server: Server, max: number): void {
  /** Requests under way on each connection; those with none stand in the order in which they fell idle. */
  const connections = new Map<Socket, number>()

  server.on('connection', (socket: Socket) => {
    connections.set(socket, 0)
    socket.once('close', () => connections.delete(socket))
    if (connections.size > max) (longestIdle(connections) ?? socket).destroy()
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    count(socket, 1)
    response.once('close', () => count(socket, -1))
  })

  function count(socket: Socket, change: number): void {
    const requests = connections.get(socket)
    if (requests === undefined) return
    connections.delete(socket)
    connections.set(socket, requests + change)
  }
}

function longestIdle(connections: ReadonlyMap<Socket, number>): Socket | undefined {
  for (const [socket, requests] of connections) if (requests === 0) return socket
  return undefined
}

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, isIPv6, type Server } from 'node:net'
import { DnsError } from '../dns-error.ts'

/** Two random ports may be free for TCP and taken for UDP. */
const RANDOM_PORT_ATTEMPTS = 10

export interface Listeners {
  readonly udp: Socket
  readonly tcp: Server
  readonly port: number
}

/**
 * Listens on the same port for UDP and TCP; port 0 finds one that is free for both.
 *
 * @throws DnsError `PORT_IN_USE`, `PORT_FORBIDDEN` (ports below 1024 need a privilege)
 */
export async function listen(host: string, port: number): Promise<Listeners> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await listenOnce(host, port)
    } catch (error) {
      if (port !== 0 || attempt === RANDOM_PORT_ATTEMPTS) throw portError(error, host, port)
    }
  }
}

async function listenOnce(host: string, port: number): Promise<Listeners> {
  const tcp = createServer()
  const udp = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  try {
    tcp.listen({ host, port })
    await once(tcp, 'listening')
    const address = tcp.address()
    const chosen = typeof address === 'object' && address ? address.port : port
    udp.bind({ address: host, port: chosen })
    await once(udp, 'listening')
    return { udp, tcp, port: chosen }
  } catch (error) {
    tcp.close()
    udp.close()
    throw error
  }
}

function portError(cause: unknown, host: string, port: number): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'EADDRINUSE') {
    return new DnsError('PORT_IN_USE', `${host}:${port} is taken by another program; choose another port for DNS.`, {
      cause,
    })
  }
  if (code === 'EACCES') {
    return new DnsError('PORT_FORBIDDEN', `This user may not listen on ${host}:${port}; choose a port above 1023.`, {
      cause,
    })
  }
  return cause
}

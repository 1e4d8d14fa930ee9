import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** Below what systems give to outgoing connections (Linux from 32768, others from 49152), where any port can be taken at any time. */
const FIRST_PORT = 20_000
const END_PORT = 32_768
/** Ports of a block: the first is its lock, which is one UDP socket. */
const BLOCK = 8
const BLOCKS = (END_PORT - FIRST_PORT) / BLOCK
const HOST = '127.0.0.1'

/** What is left of the blocks of this process. */
const left: number[] = []

/**
 * A port of 127.0.0.1, for UDP and TCP, for a server that is told its port beforehand and may be stopped and started again. It is
 * this process's until it ends: no other process gets it here, and no system by itself.
 */
export async function reservePort(): Promise<number> {
  for (;;) {
    const port = left.shift()
    if (port === undefined) left.push(...(await holdBlock()))
    else if (await isFree(port)) return port
  }
}

/** So many different ones, as {@link reservePort} gives them. */
export async function reservePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  // One after the other: together they would hold a block each.
  while (ports.length < count) ports.push(await reservePort())
  return ports
}

/** Takes a block that no other process holds, from a random one on. */
async function holdBlock(): Promise<number[]> {
  const start = Math.floor(Math.random() * BLOCKS)
  for (let i = 0; i < BLOCKS; i++) {
    const lock = FIRST_PORT + ((start + i) % BLOCKS) * BLOCK
    const socket = await bindUdp(lock)
    if (socket === undefined) continue
    socket.unref()
    return Array.from({ length: BLOCK - 1 }, (_, at) => lock + 1 + at)
  }
  throw new Error(`No ports are left between ${FIRST_PORT} and ${END_PORT}; end what holds them.`)
}

/** Nothing listens on it now. */
async function isFree(port: number): Promise<boolean> {
  const udp = await bindUdp(port)
  if (udp === undefined) return false
  await closed(udp)
  const tcp = createServer().listen({ port, host: HOST, exclusive: true })
  try {
    await once(tcp, 'listening')
  } catch {
    return false
  }
  await closed(tcp)
  return true
}

async function closed(listener: Socket | Server): Promise<void> {
  const end = once(listener, 'close')
  listener.close()
  await end
}

async function bindUdp(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4')
  socket.bind({ port, address: HOST, exclusive: true })
  try {
    await once(socket, 'listening')
    return socket
  } catch {
    socket.close()
    return undefined
  }
}

import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A connection on which anything can be sent, and what came back over it. */
export interface RawSocket {
  readonly socket: Socket
  send(text: string): void
  /** All that came so far. */
  text(): string
  /** Resolves when the connection is over, to all that came. */
  ended: Promise<string>
}

/** Opens a connection; gone when the test is. */
export function rawSocket(port: number, sent = ''): RawSocket {
  const socket = connect(port, '127.0.0.1')
  const pieces: Buffer[] = []
  const text = () => Buffer.concat(pieces).toString('latin1')
  // A reset is one way of ending.
  socket.on('error', () => undefined)
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  onTestFinished(() => void socket.destroy())
  if (sent !== '') socket.write(sent, 'latin1')
  return {
    socket,
    send: (more) => void socket.write(more, 'latin1'),
    text,
    ended: new Promise((resolve) => socket.once('close', () => resolve(text()))),
  }
}

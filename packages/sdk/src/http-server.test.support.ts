import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TestServer extends AsyncDisposable {
  readonly url: string
  /** Paths asked for, in order. */
  readonly asked: string[]
  /** Requests whose client went away before the answer was complete. */
  readonly aborted: string[]
}

/** A real HTTP server on a free port of 127.0.0.1. */
export async function startServer(
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<TestServer> {
  const asked: string[] = []
  const aborted: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.on('close', () => {
      if (!response.writableFinished) aborted.push(request.url ?? '')
    })
    void handle(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    aborted,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Waits until a condition holds. */
export async function until(condition: () => boolean, deadlineMs = 5_000): Promise<void> {
  const end = Date.now() + deadlineMs
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not so within ${deadlineMs} ms: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

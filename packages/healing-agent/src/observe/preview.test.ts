import { createServer } from 'node:http'
import { rootFromHash } from '@domainsync/core'
import { expect, it } from 'vitest'
import { createGatewayPreview } from './preview.ts'

const root = rootFromHash(`0x${'ab'.repeat(32)}`)

it('asks a node for a root as an origin of its own, on any path', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`)
    response.writeHead(404).end('gone')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  try {
    const { status, body } = await createGatewayPreview(`http://127.0.0.1:${port}`)(root, '/a/b?c=d')
    expect({ status, body: Buffer.from(body).toString() }).toEqual({ status: 404, body: 'gone' })
    expect(asked).toEqual([`${root}.ipfs.localhost /a/b?c=d`])
  } finally {
    server.close()
  }
})

it('gives up in time', async () => {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  try {
    await expect(createGatewayPreview(`http://127.0.0.1:${port}`)(root, '/', { timeoutMs: 50 })).rejects.toThrow()
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

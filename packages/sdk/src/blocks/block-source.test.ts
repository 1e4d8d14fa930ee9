import { startServer } from '../http-server.test.support.ts'
import { createMemorySource } from '../unixfs/memory-source.test.support.ts'
import { blockSourceConformance } from './block-source-conformance.test.support.ts'
import { createGateway } from './gateway.ts'
import { createReader } from './reader.ts'

function serve(blocks: ReadonlyMap<string, Uint8Array>) {
  return startServer((request, response) => {
    const bytes = blocks.get(/^\/ipfs\/(\w+)\?format=raw$/.exec(request.url ?? '')?.[1] ?? '')
    if (bytes === undefined) response.statusCode = 404
    response.end(bytes)
  })
}

blockSourceConformance('a gateway', async (blocks) => {
  const server = await serve(blocks)
  return { source: createGateway({ url: server.url }), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
})

blockSourceConformance('a reader over gateways', async (blocks) => {
  const stack = new AsyncDisposableStack()
  const all = stack.use(await serve(blocks))
  const none = stack.use(await serve(new Map()))
  const source = createReader([createGateway({ url: none.url }), createGateway({ url: all.url })])
  return { source, [Symbol.asyncDispose]: () => stack.disposeAsync() }
})

blockSourceConformance('blocks in memory', async (blocks) => {
  const source = createMemorySource()
  for (const [cid, bytes] of blocks) source.blocks.set(cid, bytes)
  return { source, [Symbol.asyncDispose]: async () => {} }
})

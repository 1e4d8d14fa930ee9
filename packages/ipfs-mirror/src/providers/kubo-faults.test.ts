import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { carBytes } from '@domainsync/sdk'
import { expect, it, onTestFinished } from 'vitest'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { proveRetrieval } from '../proof/prove-retrieval.ts'
import { createKuboReplica } from './kubo.ts'

const { root, blocks } = await siteBlocks({ 'index.html': 'hi', 'a.txt': 'a' })
const ordered = [...blocks].reverse()

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

/** A server that speaks enough of the RPC API to get it wrong, on a real socket. */
async function kuboThat(answer: Answer) {
  return createKuboReplica({ name: 'kubo', rpcUrl: await serverThat(answer), failureDomain: 'x' })
}

type Answer = (call: string, response: ServerResponse, request: IncomingMessage) => void

async function serverThat(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => answer((request.url ?? '').split('?')[0] ?? '', response, request))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const imported = (cid: string, pinErrorMsg = '') =>
  `${JSON.stringify({ Root: { Cid: { '/': cid }, PinErrorMsg: pinErrorMsg } })}\n`

it('does not take an import that broke off behind its headers for a finished one', async () => {
  const kubo = await kuboThat((call, response) => {
    if (call.endsWith('/pin/ls')) return void response.end('{}')
    response.writeHead(200, { 'content-type': 'application/json', trailer: 'X-Stream-Error' })
    response.addTrailers({ 'X-Stream-Error': 'disk full' })
    response.end()
  })
  await expect(kubo.upload(root, () => carBytes([root], each(ordered)))).rejects.toMatchObject({
    code: 'ROOT_MISMATCH',
  })
})

it('says ROOT_MISMATCH when another root comes back, and PIN_FAILED when ours was not pinned', async () => {
  const other = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'
  const upload = async (line: string) => {
    const kubo = await kuboThat((call, response) => void response.end(call.endsWith('/pin/ls') ? '{}' : line))
    return kubo.upload(root, () => carBytes([root], each(ordered)))
  }
  await expect(upload(imported(other))).rejects.toMatchObject({ code: 'ROOT_MISMATCH' })
  await expect(upload(imported(`${root}`, 'no space left'))).rejects.toMatchObject({
    code: 'PIN_FAILED',
    message: expect.stringContaining('no space left'),
  })
  await expect(upload(imported(`${root}`))).resolves.toBeUndefined()
})

it.each(['', '/', '/api/v0', '/api/v0/'])('is found at a URL that ends in "%s"', async (end) => {
  const paths: string[] = []
  const url = await serverThat((path, response) => {
    paths.push(path)
    response.end(JSON.stringify({ Keys: { [`${root}`]: { Type: 'recursive' } } }))
  })
  const kubo = createKuboReplica({ name: 'kubo', rpcUrl: url + end, failureDomain: 'x' })
  expect(await kubo.status(root)).toBe('pinned')
  expect(paths).toEqual(['/api/v0/pin/ls'])
})

it('reads offline only: no answer may come from strangers', async () => {
  const urls: string[] = []
  const kubo = await kuboThat((_, response, request) => {
    urls.push(request.url ?? '')
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"Message":"block was not found locally"}')
  })
  await kubo.source.get(root)
  await kubo.status(root).catch(() => undefined)
  await expect(drain(kubo.source.car?.(root))).rejects.toMatchObject({ code: 'REPLICA_FAILED' })
  expect(urls).toHaveLength(3)
  for (const url of urls) expect(new URL(url, 'http://x').searchParams.get('offline')).toBe('true')
})

it('has the proof see through an export that ends too early without saying so', async () => {
  const kubo = await kuboThat((call, response, request) => {
    const cid = new URL(request.url ?? '', 'http://x').searchParams.get('arg')
    if (call.endsWith('/block/get')) {
      const block = ordered.find((one) => `${one.cid}` === cid)
      response.end(block?.bytes)
    } else if (call.endsWith('/dag/export')) {
      void (async () => {
        response.writeHead(200, { trailer: 'X-Stream-Error' })
        for await (const chunk of carBytes([root], each(ordered.slice(0, 1)))) response.write(chunk)
        response.addTrailers({ 'X-Stream-Error': 'block was not found locally' })
        response.end()
      })()
    }
  })
  const proof = await proveRetrieval(root, kubo)
  expect(proof).toMatchObject({ ok: false, failures: [{ cid: `${root}`, code: 'CAR_INCOMPLETE' }] })
})

it.each([
  [401, 'TOKEN_REJECTED'],
  [403, 'TOKEN_REJECTED'],
  [413, 'REPLICA_FULL'],
  [500, 'REPLICA_FAILED'],
  [404, 'REPLICA_FAILED'],
])('turns status %i into %s', async (status, code) => {
  const kubo = await kuboThat((_, response) => response.writeHead(status).end('because'))
  await expect(kubo.status(root)).rejects.toMatchObject({ code })
  await expect(kubo.remove(root)).rejects.toMatchObject({ code })
  await expect(kubo.source.get(root)).rejects.toMatchObject({ code })
})

async function drain(stream: AsyncIterable<unknown> | undefined): Promise<void> {
  for await (const _ of stream ?? []);
}

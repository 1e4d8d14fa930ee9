import { connect } from 'node:net'
import { carBytes } from '@domainsync/sdk'
import { expect, it } from 'vitest'
import { siteBlocks } from '../gateway/site-blocks.test.support.ts'
import { createEmbeddedReplica } from '../providers/embedded.ts'
import { damageBlock } from './damage-block.test.support.ts'
import { runningNode, TOKEN } from './running-node.test.support.ts'

const CAR = { 'content-type': 'application/vnd.ipld.car' }
const auth = { authorization: `Bearer ${TOKEN}` }
const site = await siteBlocks({ 'index.html': '<p>hi</p>', 'more/a.txt': 'a' })
const blocks = [...site.blocks].reverse()
const { root } = site

async function* each<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items
}

async function wholeCar(of = blocks, top = root): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of carBytes([top], each(of))) chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}

async function put(url: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = { ...auth, ...CAR }) {
  const answer = await fetch(`${url}/.domainsync/v1/roots/${root}`, { method: 'PUT', headers, body })
  return { status: answer.status, code: answer.headers.get('x-domainsync-code'), text: await answer.text() }
}

it('lists what it keeps, and tells of one root', async () => {
  const node = await runningNode()
  const get = async (path: string) =>
    (await fetch(`${node.url}/.domainsync/v1/${path}`, { headers: auth })).json() as Promise<unknown>
  expect(await get('roots')).toEqual({ roots: [] })
  expect(await put(node.url, await wholeCar())).toMatchObject({ status: 200 })
  expect(await get('roots')).toEqual({ roots: [`${root}`] })
  expect(await get(`roots/${root}`)).toEqual({ root: `${root}`, status: 'pinned' })
  expect(node.events).toMatchObject([{ kind: 'stored' }])
  const removed = await fetch(`${node.url}/.domainsync/v1/roots/${root}`, { method: 'DELETE', headers: auth })
  expect(removed.status).toBe(204)
  expect(await get(`roots/${root}`)).toEqual({ root: `${root}`, status: 'absent' })
})

it.each([
  ['no token', undefined],
  ['another token', 'Bearer nope'],
  ['a prefix of it', `Bearer ${TOKEN.slice(0, -1)}`],
  ['nothing behind Bearer', 'Bearer '],
  ['the token without Bearer', TOKEN],
])('answers 401 to every call with %s', async (_, authorization) => {
  const node = await runningNode()
  const headers = { ...CAR, ...(authorization && { authorization }) }
  for (const [method, path] of [
    ['GET', 'roots'],
    ['GET', `roots/${root}`],
    ['DELETE', `roots/${root}`],
  ]) {
    const answer = await fetch(`${node.url}/.domainsync/v1/${path}`, { method: method ?? '', headers })
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="domainsync"'])
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  }
  expect(await put(node.url, await wholeCar(), headers)).toMatchObject({ status: 401, code: 'TOKEN_REJECTED' })
  expect(node.store.pinned()).toEqual([])
})

it('answers 422 with the reason to CARs that are not the whole, true release, and pins nothing', async () => {
  const node = await runningNode()
  const whole = await wholeCar()
  const other = await siteBlocks({ 'index.html': 'other' })
  const changed = blocks.map((block, i) => (i === 1 ? { ...block, bytes: block.bytes.map((byte) => byte ^ 1) } : block))
  const cases: [Uint8Array, string][] = [
    [whole.subarray(0, whole.length - 1), 'CAR_TRUNCATED'],
    [await wholeCar(blocks.slice(0, -1)), 'CAR_INCOMPLETE'],
    [await wholeCar(changed), 'CAR_BLOCK_MISMATCH'],
    [await wholeCar([...other.blocks].reverse(), other.root), 'CAR_ROOT_MISMATCH'],
    [Buffer.from('this is no CAR. '.repeat(20)), 'CAR_MALFORMED'],
    [new Uint8Array(), 'CAR_TRUNCATED'],
  ]
  for (const [body, code] of cases) {
    expect(await put(node.url, new Uint8Array(body))).toMatchObject({ status: 422, code })
    expect(node.events.at(-1)).toMatchObject({ kind: 'refused', code })
  }
  expect(node.store.pinned()).toEqual([])
})

it('answers 413 to more bytes than it takes, announced or not', async () => {
  const node = await runningNode({ maxCarBytes: 100 })
  expect(await put(node.url, await wholeCar())).toMatchObject({ status: 413, code: 'CAR_TOO_LARGE' })
  const replica = createEmbeddedReplica({ name: 'node', url: node.url, token: TOKEN, failureDomain: 'x' })
  const upload = replica.upload(root, () => carBytes([root], each(blocks)))
  await expect(upload).rejects.toMatchObject({ code: 'REPLICA_FULL' })
  expect(node.store.pinned()).toEqual([])
})

it('lets an endless upload see its refusal, and hangs up on it', async () => {
  const node = await runningNode()
  let sent = 0
  const endless = async function* () {
    yield await wholeCar(blocks.slice(0, 1))
    for (;;) {
      sent += 65_536
      yield new Uint8Array(65_536)
    }
  }
  const replica = createEmbeddedReplica({ name: 'node', url: node.url, token: TOKEN, failureDomain: 'x' })
  await expect(replica.upload(root, endless)).rejects.toMatchObject({ code: 'CAR_MALFORMED' })
  expect(sent).toBeGreaterThan(0)
})

it.each([
  ['PUT', `roots/${root}`, { 'content-type': 'text/plain' }, 415],
  ['PUT', 'roots/hello', CAR, 400],
  ['POST', `roots/${root}`, CAR, 405],
  ['GET', 'roots/../roots', {}, 200],
  ['GET', 'secrets', {}, 404],
  ['GET', `roots/${root}/x`, {}, 404],
])('%s %s is answered as it deserves', async (method, path, headers, status) => {
  const node = await runningNode()
  const init = { method, headers: { ...auth, ...headers }, ...(method !== 'GET' && { body: 'x' }) }
  expect((await fetch(`${node.url}/.domainsync/v1/${path}`, init)).status).toBe(status)
})

it('stores nothing durable of an upload whose sender goes away in the middle', async () => {
  const node = await runningNode()
  const socket = connect(node.port, '127.0.0.1')
  const body = await wholeCar()
  const head = [`PUT /.domainsync/v1/roots/${root} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${TOKEN}`]
  socket.write(
    `${[...head, `Content-Type: ${CAR['content-type']}`, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n`,
  )
  await new Promise((resolve) => socket.write(body.subarray(0, body.length - 10), resolve))
  socket.destroy()
  await expect.poll(() => node.events, { timeout: 5_000 }).toMatchObject([{ kind: 'refused', code: 'UPLOAD_CUT' }])
  expect(node.store.pinned()).toEqual([])
  expect(await put(node.url, body)).toMatchObject({ status: 200 })
})

it('mends a damaged block when the release is sent again', async () => {
  const node = await runningNode()
  await put(node.url, await wholeCar())
  await damageBlock(node.path, blocks.at(-1)?.bytes as Uint8Array)
  const { cid } = blocks.at(-1) as (typeof blocks)[0]
  const read = () => fetch(`${node.url}/ipfs/${cid}?format=raw`)
  expect((await read()).status).toBe(500)
  expect(await put(node.url, await wholeCar())).toMatchObject({ status: 200 })
  expect((await read()).status).toBe(200)
})

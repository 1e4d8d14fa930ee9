import { rawCidFromSha256 } from '@domainsync/core'
import { expect, it } from 'vitest'
import { sha256 } from '../car/block-fault.ts'
import { damageBlock } from '../node/damage-block.test.support.ts'
import { rawRequest } from '../node/raw-request.test.support.ts'
import { HotNodes } from './hot-nodes.ts'
import { siteServer } from './site-server.test.support.ts'

function file(content: number, sizeBytes = 10_000) {
  const bytes = new Uint8Array(sizeBytes).fill(content)
  const cid = rawCidFromSha256(sha256(bytes))
  return { cid, read: { block: { cid, bytes }, node: { kind: 'file', data: bytes, parts: [], sizeBytes } as const } }
}

it('forgets what was not asked for longest once its memory is full', () => {
  const hot = new HotNodes(35_000)
  const [a, b, c, d] = [1, 2, 3, 4].map((content) => file(content)) as [
    ReturnType<typeof file>,
    ...ReturnType<typeof file>[],
  ]
  for (const { cid, read } of [a, b!, c!]) hot.add(cid, read)
  expect(hot.get(a.cid)).toBe(a.read)
  hot.add(d!.cid, d!.read)
  expect([a, b!, c!, d!].map(({ cid }) => hot.get(cid) !== undefined)).toEqual([true, false, true, true])
})

it('counts what is added again once, and keeps nothing large', () => {
  const hot = new HotNodes(35_000)
  const [a, b] = [file(1), file(2)]
  hot.add(b.cid, b.read)
  for (let i = 0; i < 100; i++) hot.add(a.cid, a.read)
  expect(hot.get(b.cid)).toBe(b.read)
  const large = file(3, 300_000)
  hot.add(large.cid, large.read)
  expect(hot.get(large.cid)).toBeUndefined()
})

it('keeps a page for readers, while who asks for its block learns that the disk is damaged', async () => {
  const { root, url, path, get } = await siteServer({ 'index.html': '<h1>home</h1>' })
  const { etag } = (await get('/')).headers
  await damageBlock(path, new TextEncoder().encode('<h1>home</h1>'))
  expect((await get('/')).body.toString()).toBe('<h1>home</h1>')
  const block = await rawRequest(url, { path: `/ipfs/${`${etag}`.replaceAll('"', '')}?format=raw` })
  expect([block.status, block.headers['x-domainsync-code']]).toEqual([500, 'BLOCK_DAMAGED'])
  const car = await rawRequest(url, { path: `/ipfs/${root}?format=car` })
  expect(car.status === 500 || car.cut).toBe(true)
})

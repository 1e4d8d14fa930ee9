import { createHash } from 'node:crypto'
import { rawCidFromSha256, rootFromHash } from '@domainsync/core'
import { encode } from '@ipld/dag-pb'
import { UnixFS } from 'ipfs-unixfs'
import { expect, it } from 'vitest'
import { createGateway } from '../blocks/gateway.ts'
import { createReader } from '../blocks/reader.ts'
import { startServer } from '../http-server.test.support.ts'
import { readFileChunks } from './read-file.ts'

const MIB = 1024 * 1024
const CHUNKS = 1024
/** What reading may take on top of what the process had, the gateway's own memory included, in bytes. */
const MAX_GROWTH_BYTES = 256 * MIB

const chunk = (index: number) => {
  const bytes = Buffer.alloc(MIB, index)
  bytes.writeUInt32BE(index)
  return bytes
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

it('a file of 1 GiB streams through gateways with flat memory, past one that lies', { timeout: 300_000 }, async () => {
  const places = new Map<string, number>()
  const links = Array.from({ length: CHUNKS }, (_, index) => {
    const cid = rawCidFromSha256(sha256(chunk(index)))
    places.set(`${cid}`, index)
    return { Name: '', Hash: cid, Tsize: MIB }
  })
  const file = new UnixFS({ type: 'file', blockSizes: links.map(() => BigInt(MIB)) })
  const node = encode({ Data: file.marshal(), Links: links })
  const root = rootFromHash(`0x${sha256(node).toString('hex')}`)
  await using honest = await startServer((request, response) => {
    const cid = /^\/ipfs\/(\w+)/.exec(request.url ?? '')?.[1] ?? ''
    response.end(cid === `${root}` ? node : chunk(places.get(cid)!))
  })
  await using liar = await startServer((_, response) => void response.end(chunk(7)))
  const reader = createReader([liar, honest].map(({ url }) => createGateway({ url })))

  const before = process.memoryUsage.rss()
  let most = before
  let sizeBytes = 0
  let index = 0
  for await (const bytes of readFileChunks(root, reader)) {
    expect(bytes.length).toBe(MIB)
    expect(Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32BE()).toBe(index++)
    sizeBytes += bytes.length
    most = Math.max(most, process.memoryUsage.rss())
  }
  console.info(`reading 1 GiB took ${Math.round((most - before) / MIB)} MiB more than before`)
  expect(sizeBytes).toBe(1024 * MIB)
  expect(most - before).toBeLessThan(MAX_GROWTH_BYTES)
})

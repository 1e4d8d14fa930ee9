import { createHash } from 'node:crypto'
import { DAG_PB, rawCidFromSha256 } from '@domainsync/core'
import { encode, prepare } from '@ipld/dag-pb'
import fc from 'fast-check'
import { UnixFS } from 'ipfs-unixfs'
import { CID } from 'multiformats/cid'
import * as Digest from 'multiformats/hashes/digest'
import { describe, expect, it } from 'vitest'
import { decodeNode } from './decode-node.ts'
import { listFiles, walkFiles } from './list-files.ts'
import { createMemorySource, importFiles, type MemorySource } from './memory-source.test.support.ts'
import { readFileBytes, readFileChunks } from './read-file.ts'
import { resolvePath } from './resolve-path.ts'

const text = (value: string) => new TextEncoder().encode(value)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Bytes that do not repeat, so that no two blocks of a file are equal. */
function pattern(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  for (let i = 0; i < sizeBytes; i += 4)
    new DataView(bytes.buffer).setUint32(Math.min(i, sizeBytes - 4), i * 2654435761)
  return bytes
}

function putNode(source: MemorySource, links: { Name: string; Hash: CID; Tsize?: number }[], unixfs: UnixFS): CID {
  const bytes = encode(prepare({ Data: unixfs.marshal(), Links: links.map((link) => ({ Tsize: 0, ...link })) }))
  const cid = CID.createV1(DAG_PB, Digest.create(0x12, createHash('sha256').update(bytes).digest()))
  source.put(cid, bytes)
  return cid
}

function putRaw(source: MemorySource, bytes: Uint8Array): CID {
  const cid = rawCidFromSha256(createHash('sha256').update(bytes).digest())
  source.put(cid, bytes)
  return cid
}

const directory = () => new UnixFS({ type: 'directory' })

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

describe('listFiles', () => {
  it('gives the path, CID and SHA-256 of every file, chunked ones as well', async () => {
    const source = createMemorySource()
    const files = {
      'index.html': text('<h1>hello</h1>'),
      'a/b/c.txt': text('deep'),
      'a/empty': new Uint8Array(),
      'big.bin': pattern(2_500_000),
    }
    const root = await importFiles(files, { into: source })
    const listed = await all(listFiles(root, source))
    expect(Object.fromEntries(listed.map(({ path, sha256: hash }) => [path, hash]))).toEqual(
      Object.fromEntries(Object.entries(files).map(([path, bytes]) => [path, sha256(bytes)])),
    )
  })

  it('reads sharded directories of several levels, and finds each of their names', async () => {
    const source = createMemorySource()
    const files = Object.fromEntries(
      Array.from({ length: 1_500 }, (_, i) => [`many/file-${i}.txt`, text(`content ${i}`)]),
    )
    const root = await importFiles(files, { into: source, shardAt: 1_000 })
    const many = await resolvePath(root, 'many', { source })
    expect(decodeNode(many!.cid, source.blocks.get(many!.cid.toString())!).kind).toBe('shard')
    const listed = await all(listFiles(root, source))
    expect(listed.map(({ path }) => path).sort()).toEqual(Object.keys(files).sort())
    for (const path of Object.keys(files)) {
      const found = await resolvePath(root, path, { source })
      expect(found?.kind, path).toBe('file')
      expect(await readFileBytes(found!.cid, source)).toEqual(files[path])
    }
    expect(await resolvePath(root, 'many/file-1500.txt', { source })).toBeUndefined()
  })

  it('asks for few blocks to find one name in a sharded directory', async () => {
    const source = createMemorySource()
    const files = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`f${i}`, text(`${i}`)]))
    const root = await importFiles(files, { into: source, shardAt: 1_000 })
    expect(await resolvePath(root, 'f77', { source })).toMatchObject({ kind: 'file' })
    expect(source.asked.length).toBeLessThanOrEqual(3)
  })

  it.each(['..', '.', 'a/b', '', 'nul\0'])('refuses an entry with the name %j', async (name) => {
    const source = createMemorySource()
    const root = putNode(source, [{ Name: name, Hash: putRaw(source, text('x')) }], directory())
    await expect(all(listFiles(root, source))).rejects.toMatchObject({ code: 'DAG_MALFORMED' })
  })

  it('refuses two entries with one name', async () => {
    const source = createMemorySource()
    const links = ['x', 'y'].map((content) => ({ Name: 'same', Hash: putRaw(source, text(content)) }))
    const root = putNode(source, links, directory())
    await expect(all(listFiles(root, source))).rejects.toMatchObject({ code: 'DAG_MALFORMED' })
  })

  it('refuses a symlink', async () => {
    const source = createMemorySource()
    const link = putNode(
      source,
      [],
      new UnixFS({ type: 'symlink', data: text('/etc/passwd') as Uint8Array<ArrayBuffer> }),
    )
    const root = putNode(source, [{ Name: 'link', Hash: link }], directory())
    await expect(all(listFiles(root, source))).rejects.toMatchObject({ code: 'DAG_UNSUPPORTED' })
  })

  it('stops at a small DAG that unfolds to more entries than allowed', async () => {
    const source = createMemorySource()
    let cid = putNode(source, [{ Name: 'leaf', Hash: putRaw(source, text('x')) }], directory())
    for (let level = 0; level < 40; level++) {
      cid = putNode(
        source,
        [
          { Name: 'l', Hash: cid },
          { Name: 'r', Hash: cid },
        ],
        directory(),
      )
    }
    await expect(all(walkFiles(cid, source, { maxEntries: 10_000 }))).rejects.toMatchObject({ code: 'DAG_TOO_LARGE' })
    expect(source.asked.length).toBeLessThan(10_100)
  })

  it('stops at huge directory blocks that are linked again and again', async () => {
    const source = createMemorySource()
    const padding = new UnixFS({
      type: 'hamt-sharded-directory',
      fanout: 256n,
      hashType: 0x22n,
      data: pattern(2_000_000),
    })
    const huge = putNode(source, [{ Name: '00leaf', Hash: putRaw(source, text('x')) }], padding)
    const folders = Array.from({ length: 1_000 }, (_, i) => ({ Name: `folder-${i}`, Hash: huge }))
    const root = putNode(source, folders, directory())
    await expect(all(walkFiles(root, source))).rejects.toMatchObject({ code: 'DAG_TOO_LARGE' })
    expect(source.asked.length).toBeLessThan(300)
  })

  it('stops at a chain of directories that is too deep', async () => {
    const source = createMemorySource()
    let cid = putNode(source, [{ Name: 'leaf', Hash: putRaw(source, text('x')) }], directory())
    for (let level = 0; level < 200; level++) cid = putNode(source, [{ Name: 'd', Hash: cid }], directory())
    await expect(all(walkFiles(cid, source))).rejects.toMatchObject({ code: 'DAG_TOO_LARGE' })
  })

  it('tells of empty directories, which no path shows', async () => {
    const source = createMemorySource()
    const empty = putNode(source, [], directory())
    const root = putNode(
      source,
      [
        { Name: 'empty', Hash: empty },
        { Name: 'x', Hash: putRaw(source, text('x')) },
      ],
      directory(),
    )
    const found: string[] = []
    const files = await all(walkFiles(root, source, { onEmptyDirectory: (path) => found.push(path) }))
    expect(files.map(({ path }) => path)).toEqual(['x'])
    expect(found).toEqual(['empty'])
  })

  it('refuses a block whose bytes are not its CID’s, and names the source', async () => {
    const source = createMemorySource('gateway.example')
    const root = await importFiles({ 'a/x': text('x') }, { into: source })
    const folder = await resolvePath(root, 'a', { source })
    source.put(folder!.cid, encode(prepare({ Data: directory().marshal() })))
    await expect(all(listFiles(root, source))).rejects.toMatchObject({
      code: 'BLOCK_CORRUPT',
      message: expect.stringContaining('gateway.example'),
    })
  })

  it('survives any bytes in place of a node', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const source = createMemorySource()
        const cid = CID.createV1(DAG_PB, Digest.create(0x12, createHash('sha256').update(bytes).digest()))
        source.put(cid, bytes)
        try {
          expect(await all(listFiles(cid, source))).toEqual([])
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^(DAG|NOT_A|BLOCK)_/)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('readFileChunks', () => {
  it('gives any range of a chunked file and fetches only its blocks', async () => {
    const source = createMemorySource()
    const bytes = pattern(5_000_000)
    const root = await importFiles({ 'big.bin': bytes }, { into: source })
    const { cid } = (await resolvePath(root, 'big.bin', { source }))!
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), fc.nat(2_000_000), async (offset, length) => {
        source.asked.length = 0
        const part = await readFileBytes(cid, source, { offset, length })
        expect(Buffer.compare(part, bytes.subarray(offset, offset + length))).toBe(0)
        expect(source.asked.length).toBeLessThanOrEqual(2 + Math.ceil(length / 1_048_576) + 1)
      }),
      { numRuns: 30 },
    )
  })

  it('refuses a file larger than allowed before its parts are fetched', async () => {
    const source = createMemorySource()
    const root = await importFiles({ 'big.bin': pattern(3_000_000) }, { into: source })
    const { cid } = (await resolvePath(root, 'big.bin', { source }))!
    source.asked.length = 0
    await expect(readFileBytes(cid, source, { maxBytes: 2_999_999 })).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' })
    expect(source.asked).toEqual([cid.toString()])
  })

  it('refuses a part that is not as long as the block above says', async () => {
    const source = createMemorySource()
    const file = new UnixFS({ type: 'file', blockSizes: [3n] })
    const cid = putNode(source, [{ Name: '', Hash: putRaw(source, text('four')) }], file)
    await expect(readFileBytes(cid, source)).rejects.toMatchObject({ code: 'DAG_MALFORMED' })
  })

  it('stops at a file that is cut into millions of tiny parts', async () => {
    const source = createMemorySource()
    let cid = putRaw(source, text('x'))
    let sizeBytes = 1n
    for (let level = 0; level < 4; level++) {
      const part = cid
      const links = Array.from({ length: 100 }, () => ({ Name: '', Hash: part }))
      cid = putNode(source, links, new UnixFS({ type: 'file', blockSizes: links.map(() => sizeBytes) }))
      sizeBytes *= 100n
    }
    await expect(all(readFileChunks(cid, source))).rejects.toMatchObject({ code: 'DAG_TOO_LARGE' })
    expect(source.asked.length).toBeLessThan(1_100)
    expect(await readFileBytes(cid, source, { offset: 12_345_678, length: 100, maxBytes: 1e8 })).toEqual(
      text('x'.repeat(100)),
    )
  })

  it('holds few blocks in memory, however deep a file is and however many parts each level has', async () => {
    const source = createMemorySource()
    let cid = putRaw(source, pattern(1_000))
    let sizeBytes = 1_000n
    for (let level = 0; level < 12; level++) {
      const part = cid
      const links = Array.from({ length: 10 }, () => ({ Name: '', Hash: part }))
      cid = putNode(source, links, new UnixFS({ type: 'file', blockSizes: links.map(() => sizeBytes) }))
      sizeBytes *= 10n
    }
    for await (const _ of readFileChunks(cid, source)) break
    expect(source.asked.length).toBeLessThan(1 + 12 + 8)
  })

  it('stops at a file whose blocks are links to nothing, read over and over', async () => {
    const source = createMemorySource()
    const empty = putRaw(source, new Uint8Array())
    const links = Array.from({ length: 43_000 }, () => ({ Name: '', Hash: empty }))
    const padded = new UnixFS({ type: 'file', data: text('A'), blockSizes: links.map(() => 0n) })
    const child = putNode(source, links, padded)
    const parts = Array.from({ length: 1_000 }, () => ({ Name: '', Hash: child }))
    const cid = putNode(source, parts, new UnixFS({ type: 'file', blockSizes: parts.map(() => 1n) }))
    expect(await readFileBytes(child, source)).toEqual(text('A'))
    await expect(all(readFileChunks(cid, source, { readAhead: 1 }))).rejects.toMatchObject({ code: 'DAG_TOO_LARGE' })
    expect(source.asked.length).toBeLessThan(10)
  })

  it('costs nothing for a DAG of parts without bytes', async () => {
    const source = createMemorySource()
    let cid = putNode(source, [], new UnixFS({ type: 'file' }))
    for (let level = 0; level < 60; level++) {
      cid = putNode(
        source,
        [
          { Name: '', Hash: cid },
          { Name: '', Hash: cid },
        ],
        new UnixFS({ type: 'file', blockSizes: [0n, 0n] }),
      )
    }
    expect(await readFileBytes(cid, source)).toEqual(new Uint8Array())
    expect(source.asked.length).toBe(1)
  })

  it('refuses a directory', async () => {
    const source = createMemorySource()
    const root = await importFiles({ x: text('x') }, { into: source })
    await expect(all(readFileChunks(root, source))).rejects.toMatchObject({ code: 'NOT_A_FILE' })
  })

  it('stops fetching when its consumer stops', async () => {
    const source = createMemorySource()
    const root = await importFiles({ 'big.bin': pattern(30_000_000) }, { into: source })
    const { cid } = (await resolvePath(root, 'big.bin', { source }))!
    source.asked.length = 0
    for await (const chunk of readFileChunks(cid, source)) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    expect(source.asked.length).toBeLessThan(12)
  })
})

describe('resolvePath', () => {
  it('knows files from directories, and says undefined for what is not there', async () => {
    const source = createMemorySource()
    const root = await importFiles({ 'a/b.txt': text('b'), 'big.bin': pattern(2_000_000) }, { into: source })
    expect(await resolvePath(root, '/', { source })).toEqual({ kind: 'directory', cid: root })
    expect(await resolvePath(root, '/a/', { source })).toMatchObject({ kind: 'directory' })
    expect(await resolvePath(root, 'a/b.txt', { source })).toMatchObject({ kind: 'file' })
    expect(await resolvePath(root, 'big.bin', { source })).toMatchObject({ kind: 'file' })
    expect(await resolvePath(root, 'a/c.txt', { source })).toBeUndefined()
    expect(await resolvePath(root, 'a/b.txt/c', { source })).toBeUndefined()
    expect(await resolvePath(root, 'big.bin/c', { source })).toBeUndefined()
  })
})

import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTar } from './read-tar.ts'
import { encodeTarHeader } from './tar-header.ts'
import { writeTar } from './write-tar.ts'

type Files = readonly (readonly [string, string])[]

async function tarOf(files: Files): Promise<Buffer> {
  async function* entries() {
    for (const [name, text] of files) {
      const bytes = Buffer.from(text)
      yield { name, sizeBytes: bytes.length, chunks: [bytes] }
    }
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of writeTar(entries())) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function filesOf(tar: Buffer, pieceBytes = 700): Promise<Files> {
  async function* pieces() {
    for (let at = 0; at < tar.length; at += pieceBytes) yield tar.subarray(at, at + pieceBytes)
  }
  const files: [string, string][] = []
  for await (const { name, chunks } of readTar(pieces())) {
    let text = ''
    for await (const chunk of chunks) text += Buffer.from(chunk).toString('latin1')
    files.push([name, text])
  }
  return files
}

/** A header with other fields, its checksum right. */
function forged(change: (header: Buffer) => void): Buffer {
  const header = encodeTarHeader({ name: 'a', sizeBytes: 0 })
  change(header)
  header.write('        ', 148, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148, 'latin1')
  return Buffer.concat([header, Buffer.alloc(1024)])
}

describe('a tar archive', () => {
  it('gives back its files, of any length and in any pieces', async () => {
    const file = fc.tuple(
      fc.stringMatching(/^[a-z]{1,9}(\/[a-z0-9]{1,9}){0,3}$/),
      fc.string({ maxLength: 2000, unit: 'binary-ascii' }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 5 }), fc.integer({ min: 1, max: 3000 }), async (files, piece) => {
        expect(await filesOf(await tarOf(files), piece)).toEqual(files)
      }),
    )
  })

  it('is one for tar itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tar-'))
    await writeFile(
      join(folder, 'x.tar'),
      await tarOf([
        ['layout.json', '{}'],
        ['blocks/000001.car', 'x'.repeat(9999)],
      ]),
    )
    execFileSync('tar', ['xf', 'x.tar'], { cwd: folder })
    expect(await readFile(join(folder, 'blocks', '000001.car'), 'utf8')).toBe('x'.repeat(9999))
    expect((await readdir(folder)).sort()).toEqual(['blocks', 'layout.json', 'x.tar'])
    await rm(folder, { recursive: true })
  })

  it.each([
    ['a symbolic link', (header: Buffer) => header.write('2/etc/passwd', 156)],
    ['a hard link', (header: Buffer) => header.write('1', 156)],
    ['a device', (header: Buffer) => header.write('3', 156)],
    ['a folder', (header: Buffer) => header.write('5', 156)],
    ['an extended header', (header: Buffer) => header.write('x', 156)],
    ['a path that goes up', (header: Buffer) => header.write('a/../../b', 0)],
    ['a path that starts up', (header: Buffer) => header.write('../b', 0)],
    ['an absolute path', (header: Buffer) => header.write('/etc/passwd', 0)],
    ['a backslash', (header: Buffer) => header.write('a\\b', 0)],
    ['a name with NUL', (header: Buffer) => header.write('a\0b', 0)],
    ['a name with a prefix', (header: Buffer) => header.write('/etc', 345)],
    ['no name', (header: Buffer) => header.write('\0', 0)],
    ['a size that is none', (header: Buffer) => header.write('-0000000001', 124)],
    ['a set-user-id mode', (header: Buffer) => header.write('0004755', 100)],
  ])('is refused with %s', async (_what, change) => {
    await expect(filesOf(forged(change))).rejects.toMatchObject({ code: 'BACKUP_MALFORMED' })
  })

  it('is refused when it is cut anywhere, or goes on behind its end', async () => {
    const tar = await tarOf([['a', 'x'.repeat(600)]])
    for (const length of [0, 1, 511, 512, 800, 1536, 1600, 2048, tar.length - 1]) {
      await expect(filesOf(tar.subarray(0, length))).rejects.toMatchObject({ code: 'ARCHIVE_TRUNCATED' })
    }
    await expect(filesOf(Buffer.concat([tar, Buffer.alloc(1)]))).rejects.toMatchObject({ code: 'BACKUP_MALFORMED' })
  })

  it('is not written with a file that is longer or shorter than it said', async () => {
    for (const text of ['a', 'abc']) {
      async function* entries() {
        yield { name: 'a', sizeBytes: 2, chunks: [Buffer.from(text)] }
      }
      const writing = async () => {
        for await (const _ of writeTar(entries()));
      }
      await expect(writing()).rejects.toThrow('other than its 2 bytes')
    }
  })
})

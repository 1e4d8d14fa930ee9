import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { archiveKey, chunksOf, collect, seedOf } from '../../test/vault-fixture.ts'
import { decryptArchive } from './decrypt-archive.ts'
import { encryptArchive } from './encrypt-archive.ts'
import { FRAME_BYTES } from './message-format.ts'

const context = { purpose: 'test', domain: 'bücher.example' }
const FRAME = 100
const coded = (code: string) => expect.objectContaining({ code })

interface Sealing {
  readonly frameBytes?: number
  readonly chunk?: number
}

const seal = (plain: Uint8Array, { frameBytes = FRAME, chunk }: Sealing = {}) =>
  collect(encryptArchive(chunksOf(plain, chunk), { archiveKey, keyName: 'k', context, frameBytes }))
const open = (archive: Uint8Array, key = archiveKey) => collect(decryptArchive(chunksOf(archive), { archiveKey: key }))

describe('an archive', () => {
  it('gives back what went in, of any length and in any pieces', async () => {
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: 1000 }),
      fc.integer({ min: 0, max: 9 }).map((n) => n * FRAME),
    )
    const pieces = fc.integer({ min: 1, max: 333 })
    await fc.assert(
      fc.asyncProperty(sizes, pieces, pieces, async (size, chunk, readChunk) => {
        const plain = Buffer.alloc(size, 'domainsync')
        const archive = await seal(plain, { chunk })
        expect(await collect(decryptArchive(chunksOf(archive, readChunk), { archiveKey }))).toEqual(plain)
      }),
    )
  })

  it.each([0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES])(
    'has frames of 1 MiB: %i bytes',
    async (size) => {
      const plain = Buffer.alloc(size, 'x')
      const archive = await seal(plain, { frameBytes: FRAME_BYTES, chunk: 65_536 })
      const frames = Math.max(1, Math.ceil(size / FRAME_BYTES))
      const header = archive.length - size - frames * (4 + 12 + 16) - 8
      expect(header).toBeGreaterThan(0)
      expect(archive.readUInt32BE(header - 16 - 32 - 4)).toBe(FRAME_BYTES)
      expect((await open(archive)).equals(plain)).toBe(true)
    },
  )

  it('may be read and written through one buffer that is used again', async () => {
    const plain = Buffer.from(seedOf('x')).toString('hex').repeat(9)
    async function* reused(bytes: Buffer) {
      const buffer = Buffer.alloc(17)
      for (let at = 0; at < bytes.length; at += buffer.length) {
        const length = bytes.copy(buffer, 0, at, at + buffer.length)
        yield buffer.subarray(0, length)
      }
    }
    const options = { archiveKey, keyName: 'k', context, frameBytes: FRAME }
    const archive = await collect(encryptArchive(reused(Buffer.from(plain)), options))
    expect((await collect(decryptArchive(reused(archive), { archiveKey }))).toString()).toBe(plain)
  })

  it('never has the same id, key wrap or ciphertext twice', async () => {
    const [one, other] = [await seal(Buffer.alloc(64)), await seal(Buffer.alloc(64))]
    for (const size of [16, 24, 32]) {
      const parts = new Set(Array.from(one.subarray(0, -size), (_, at) => one.toString('hex', at, at + size)))
      expect(parts.has(other.toString('hex', 3, 3 + size))).toBe(false)
      expect(parts.has(other.toString('hex', other.length - size))).toBe(false)
    }
  })

  it('says what its header binds before anything is decrypted, and stops when that is refused', async () => {
    const archive = await seal(Buffer.from('content'))
    const seen: unknown[] = []
    await collect(decryptArchive(chunksOf(archive), { archiveKey, onContext: (bound) => seen.push({ ...bound }) }))
    expect(seen).toEqual([context])
    const refuse = () => {
      throw new Error('not this one')
    }
    const refused = decryptArchive(chunksOf(archive), { archiveKey, onContext: refuse })
    await expect(refused.next()).rejects.toThrow('not this one')
  })

  it('lets go of its source when the reader stops', async () => {
    const archive = await seal(Buffer.alloc(FRAME * 5))
    let closed = false
    async function* source() {
      try {
        yield* chunksOf(archive)
      } finally {
        closed = true
      }
    }
    for await (const _ of decryptArchive(source(), { archiveKey })) break
    expect(closed).toBe(true)
  })

  it('ends when it is interrupted', async () => {
    const interrupt = new AbortController()
    async function* endless() {
      for (;;) {
        yield Buffer.alloc(FRAME)
        interrupt.abort()
      }
    }
    const options = { archiveKey, keyName: 'k', context, frameBytes: FRAME, signal: interrupt.signal }
    await expect(collect(encryptArchive(endless(), options))).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('opening', () => {
  it('refuses another key', async () => {
    await expect(open(await seal(Buffer.from('x')), seedOf('other'))).rejects.toThrow(coded('ARCHIVE_KEY_WRONG'))
  })

  it('refuses every truncation', async () => {
    const archive = await seal(Buffer.alloc(FRAME * 2 + 5))
    for (let length = 0; length < archive.length; length++) {
      await expect(open(archive.subarray(0, length))).rejects.toThrow(coded('ARCHIVE_TRUNCATED'))
    }
  })

  it('refuses bytes behind the end', async () => {
    const archive = await seal(Buffer.from('x'))
    await expect(open(Buffer.concat([archive, Buffer.from([0])]))).rejects.toThrow(coded('ARCHIVE_TAMPERED'))
  })

  it.each([
    ['version 1', (archive: Buffer) => archive.writeUInt8(1, 0)],
    ['a suite that does not commit to its key', (archive: Buffer) => archive.writeUInt16BE(0x0178, 1)],
    ['a suite with a signature', (archive: Buffer) => archive.writeUInt16BE(0x0578, 1)],
  ])('refuses %s', async (_what, change) => {
    const archive = await seal(Buffer.from('x'))
    change(archive)
    await expect(open(archive)).rejects.toThrow(coded('ARCHIVE_UNSUPPORTED'))
  })

  it('gives out no byte of a frame that was changed', async () => {
    const plain = Buffer.alloc(FRAME * 3, 'x')
    const archive = await seal(plain)
    archive[archive.length - 40 - 2 * (FRAME + 32)]! ^= 1
    const given: Uint8Array[] = []
    const reading = async () => {
      for await (const piece of decryptArchive(chunksOf(archive), { archiveKey })) given.push(Uint8Array.from(piece))
    }
    await expect(reading()).rejects.toThrow(coded('ARCHIVE_TAMPERED'))
    expect(Buffer.concat(given).length).toBeLessThan(plain.length)
    expect(Buffer.concat(given).length % FRAME).toBe(0)
  })

  it('refuses two frames in each other’s place', async () => {
    const archive = await seal(Buffer.alloc(FRAME * 3, 'x'))
    const frame = 4 + 12 + FRAME + 16
    const start = archive.length - (frame + 8) - 2 * frame
    const swapped = Buffer.concat([
      archive.subarray(0, start),
      archive.subarray(start + frame, start + 2 * frame),
      archive.subarray(start, start + frame),
      archive.subarray(start + 2 * frame),
    ])
    await expect(open(swapped)).rejects.toThrow(coded('ARCHIVE_TAMPERED'))
  })
})

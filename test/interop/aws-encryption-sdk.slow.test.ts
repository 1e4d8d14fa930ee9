import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { archiveContext, decryptArchive, encryptArchive, FRAME_BYTES } from '../../packages/pq/dist/node/index.js'
import { collect } from '../../packages/pq/dist/test/vault-fixture.js'
import { pythonTools } from '../../scripts/python-tools.ts'

const name = { archive: 'ab'.repeat(16), series: 'cd'.repeat(16), number: 7, domains: ['a.example', 'b.example'] }
const context = archiveContext(name)
const archiveKey = randomBytes(32)
const keyName = name.archive
const SIZES = [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES, 5_000_000]

const python = pythonEnvironment()

/** The SDK's environment; `undefined` where there is no Python. In CI that is a failure. */
function pythonEnvironment(): string | undefined {
  try {
    return pythonTools(join(import.meta.dirname, 'requirements.txt'))
  } catch (error) {
    if (process.env.CI) throw error
    console.warn(`Skipped: ${(error as Error).message}`)
    return undefined
  }
}

async function sdk(command: 'open' | 'seal', input: Buffer, bound: object = context): Promise<Buffer> {
  const args = [join(import.meta.dirname, 'aws_archive.py'), command, archiveKey.toString('hex'), keyName]
  const child = spawn(join(python!, 'python'), [...args, JSON.stringify(bound)], { stdio: ['pipe', 'pipe', 'pipe'] })
  const [output, errors, [code]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close'),
    pipeline(Readable.from([input]), child.stdin).catch(() => undefined),
  ])
  if (code !== 0) throw new Error(`${errors}`)
  return output
}

/** Bytes that do not repeat, so that a frame in another's place would show. */
const content = (size: number) =>
  createHash('shake256', { outputLength: Math.max(1, size) })
    .update(`${size}`)
    .digest()
    .subarray(0, size)
const ours = (plain: Buffer) => collect(encryptArchive(Readable.from([plain]), { archiveKey, keyName, context }))

describe.skipIf(python === undefined)('the AWS Encryption SDK', { timeout: 120_000 }, () => {
  let archive: Buffer
  beforeAll(async () => {
    archive = await ours(content(FRAME_BYTES + 5))
  })

  it.each(SIZES)('opens our archive of %i bytes, given the archive key, and sees what it binds', async (size) => {
    const plain = content(size)
    expect((await sdk('open', await ours(plain))).equals(plain)).toBe(true)
  })

  it.each(SIZES)('writes an archive of %i bytes that we open', async (size) => {
    const plain = content(size)
    const theirs = await sdk('seal', plain)
    let bound: object = {}
    const onContext = (found: object) => {
      bound = { ...found }
    }
    const opened = await collect(decryptArchive(Readable.from([theirs]), { archiveKey, onContext }))
    expect(opened.equals(plain)).toBe(true)
    expect(bound).toEqual(context)
  })

  it.each([
    ['the version', 0],
    ['the suite', 2],
    ['the header', 60],
    ['the first frame', 2000],
    ['the last tag', -1],
  ])('refuses what we refuse: a change of %s', async (_what, at) => {
    const changed = Buffer.from(archive)
    changed[at < 0 ? changed.length + at : at]! ^= 1
    await expect(sdk('open', changed)).rejects.toThrow()
    await expect(collect(decryptArchive(Readable.from([changed]), { archiveKey }))).rejects.toThrow()
  })
})

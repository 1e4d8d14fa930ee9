import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Wallet } from 'ethers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeContents, encodeLayout } from '../../packages/cli/dist/backup/layout.js'
import { openBackup } from '../../packages/cli/dist/backup/open-backup.js'
import { restoreBackup } from '../../packages/cli/dist/backup/restore-backup.js'
import { writeTar } from '../../packages/cli/dist/backup/write-tar.js'
import { DomainSyncError } from '../../packages/core/dist/index.js'
import {
  archiveContext,
  encryptArchive,
  nativeMlDsa,
  recipientOf,
  signBackup,
  signRecipientList,
  spkiHash,
  wrapArchiveKey,
} from '../../packages/pq/dist/node/index.js'
import { mutations, SLOW_MUTATION_RUNS } from '../../packages/pq/dist/test/mutations.js'
import { collect } from '../../packages/pq/dist/test/vault-fixture.js'

const keys = { pq: nativeMlDsa.signer(randomBytes(32)), signer: new Wallet(`0x${randomBytes(32).toString('hex')}`) }
const trust = { pqKeyHash: spkiHash(keys.pq.spki) }
const seed = randomBytes(32)
const createdAt = '2026-11-23T00:00:00.000Z'
const signal = new AbortController().signal
/** Where one hash refuses everything, or each run costs an archive. */
const FEWER_RUNS = Math.ceil(SLOW_MUTATION_RUNS / 10)

type Files = Record<'archive' | 'statement.json' | 'recipients.json' | 'pq.spki', Uint8Array>

/** The tar of a small backup: a configuration, a journal, no release. */
async function tarOf(text: string): Promise<Buffer> {
  const layout = {
    config: 'domainsync.config.ts',
    journal: 'state/domainsync.db',
    publisher: null,
    stores: [],
    files: [
      { entry: 'files/1', path: 'domainsync.config.ts' },
      { entry: 'files/2', path: 'state/zones.json' },
    ],
    secrets: { env: ['RPC'], files: ['keys/owner'] },
    moved: [],
  }
  const contents = {
    'layout.json': encodeLayout(layout),
    'files/1': text,
    'files/2': '{}',
    'journal.db': text.repeat(40),
  }
  async function* entries() {
    for (const [name, content] of Object.entries({
      ...contents,
      'contents.json': encodeContents({ releases: [], missing: [] }),
    })) {
      const bytes = Buffer.from(content)
      yield { name, sizeBytes: bytes.length, chunks: [bytes] }
    }
  }
  return buffer(Readable.from(writeTar(entries())))
}

/** A backup of these bytes, signed by the keys that are trusted here. */
async function sealed(tar: Uint8Array, number = 1): Promise<Files> {
  const name = { archive: randomBytes(16).toString('hex'), series: 'ab'.repeat(16), number, domains: ['a.example'] }
  const archiveKey = randomBytes(32)
  const options = { archiveKey, keyName: name.archive, context: archiveContext(name) }
  const archive = await collect(encryptArchive(Readable.from([tar]), options))
  const sha256 = createHash('sha256').update(archive).digest('hex')
  const recipient = { ...(await recipientOf(seed)), label: 'ours' }
  const wraps = [await wrapArchiveKey(archiveKey, { archive: name.archive, recipient })]
  return {
    archive,
    'statement.json': await signBackup({ ...name, createdAt, sizeBytes: archive.length, sha256 }, keys),
    'recipients.json': await signRecipientList(
      { archive: name.archive, revision: 1, changedAt: createdAt, wraps },
      keys,
    ),
    'pq.spki': keys.pq.spki,
  }
}

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'restore-'))
})
afterAll(() => rm(place, { recursive: true }))

/** Restores these files; gives the error. Afterwards nothing is left but what was restored. */
async function restored(files: Files): Promise<unknown> {
  const folder = join(place, 'backup')
  await mkdir(folder)
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
  const into = join(place, 'again')
  try {
    const backup = await openBackup(folder, trust)
    await restoreBackup(backup, { into, seed, lookOnly: false, signal, onProgress: () => {} })
    return undefined
  } catch (error) {
    expect(await readdir(place)).toEqual(['backup'])
    return error
  } finally {
    await rm(folder, { recursive: true })
    await rm(into, { recursive: true, force: true })
  }
}

describe('after each random change', { timeout: 900_000 }, () => {
  let tar: Buffer
  let good: Files
  let other: Files
  beforeAll(async () => {
    tar = await tarOf('export default {}')
    good = await sealed(tar)
    other = await sealed(await tarOf('export default { other: 1 }'), 2)
    expect(await restored(good)).toBeUndefined()
    expect(await restored(other)).toBeUndefined()
  })

  it.each([
    ['archive', SLOW_MUTATION_RUNS],
    ['statement.json', SLOW_MUTATION_RUNS],
    ['recipients.json', SLOW_MUTATION_RUNS],
    ['pq.spki', FEWER_RUNS],
  ] as const)('of %s a restore is refused with a code, and leaves no file (%i changes)', async (file, numRuns) => {
    await fc.assert(
      fc.asyncProperty(mutations(other[file]), async (mutate) => {
        const bad = mutate(good[file])
        fc.pre(!Buffer.from(bad).equals(good[file]))
        expect(await restored({ ...good, [file]: bad })).toBeInstanceOf(DomainSyncError)
      }),
      { numRuns },
    )
  })

  it('of what a trusted key signed, it restores all or nothing, and says why with a code', async () => {
    const otherTar = await tarOf('export default { other: 1 }')
    await fc.assert(
      fc.asyncProperty(mutations(otherTar), async (mutate) => {
        const error = await restored(await sealed(mutate(tar)))
        if (error !== undefined) expect(error).toBeInstanceOf(DomainSyncError)
      }),
      { numRuns: FEWER_RUNS },
    )
  })
})

it.each(['archive', 'statement.json', 'recipients.json'] as const)(
  'the %s of another backup is refused',
  async (file) => {
    const [one, two] = [await sealed(await tarOf('one')), await sealed(await tarOf('two'), 2)]
    expect(await restored({ ...one, [file]: two[file] })).toBeInstanceOf(DomainSyncError)
  },
)

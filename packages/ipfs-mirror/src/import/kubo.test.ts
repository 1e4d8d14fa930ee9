import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RELEASE_FILE, SPKI_FILE } from '@domainsync/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { collect } from '../car/collect.test.support.ts'
import { readCar } from '../car/read-car.ts'
import { writeCar } from '../car/write-car.ts'
import { KUBO } from '../providers/server-binary.test.support.ts'
import { openBlockStore } from '../store/open-block-store.ts'
import { assembleRelease } from './assemble-release.ts'
import { importFolder } from './import-folder.ts'
import { type SiteFiles, writeSite } from './write-site.test.support.ts'

const absence = KUBO.absence()
let folder: string

function ipfs(args: readonly string[], input?: Uint8Array): Buffer {
  const env = { ...process.env, IPFS_PATH: join(folder, 'kubo') }
  return execFileSync(KUBO.find()!, args, { env, input, maxBuffer: 2 ** 30, stdio: ['pipe', 'pipe', 'pipe'] })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubo-'))
  if (absence) return
  ipfs(['init', '--profile', 'test'])
  ipfs(['config', 'profile', 'apply', 'unixfs-v1-2025'])
})
afterAll(() => rm(folder, { recursive: true }))

const FILES: SiteFiles = {
  'index.html': '<p>hi</p>',
  empty: '',
  '.hidden/.file': 'hidden',
  'a.txt': 'sorts before the folder’s files',
  'a/page.html': 'a',
  'back\\slash\\/odd \n name': 'odd',
  'ünïcode/😀/\ue000': 'planes',
  'exactly.bin': Buffer.alloc(1024 * 1024, 1),
  'more.bin': Buffer.alloc(3 * 1024 * 1024 + 1, 2),
  ...Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`many/${i}-${'long'.repeat(50)}`, `${i}`])),
}

it('gives the roots that Kubo gives, and moves them there and back as CARs', async ({ skip }) => {
  skip(absence !== undefined, absence)
  const site = await writeSite(FILES, join(folder, 'site'))
  const add = () => ipfs(['add', '-r', '-Q', '--hidden', '--only-hash', site]).toString().trim()
  const store = await openBlockStore(join(folder, 'store'))
  const content = await importFolder(site, { store })
  expect(content.root.toString()).toBe(add())

  const ours = { [RELEASE_FILE]: Buffer.alloc(2e6, 'json'), [SPKI_FILE]: Buffer.alloc(2614) }
  const root = await assembleRelease(content, { releaseJson: ours[RELEASE_FILE]!, spki: ours[SPKI_FILE]! }, { store })
  await writeSite(ours, site)
  expect(root.toString()).toBe(add())

  const car = Buffer.concat(await collect(writeCar(root, store)))
  expect(ipfs(['dag', 'import', '--pin-roots=true'], car).toString()).toContain(root.toString())
  const exported = ipfs(['dag', 'export', '--progress=false', root.toString()])
  const other = await openBlockStore(join(folder, 'other'))
  const stream = async function* () {
    yield exported
  }
  await readCar(stream(), { root, into: other })
  await other.pin(root)
  expect(Buffer.concat(await collect(writeCar(root, other))).equals(car)).toBe(true)
  expect(exported.equals(car)).toBe(true)
  await store.close()
  await other.close()
})

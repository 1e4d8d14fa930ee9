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
import { createKuboRepository, type KuboRepository } from './kubo-repository.test.support.ts'
import { type SiteFiles, writeSite } from './write-site.test.support.ts'

const absence = KUBO.absence()
let folder: string
let kubo: KuboRepository

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubo-'))
  if (!absence) kubo = createKuboRepository(join(folder, 'kubo'))
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
  // The same to the eye, two files: composed and decomposed.
  'caf\u00e9.txt': 'composed',
  'cafe\u0301.txt': 'decomposed',
  'exactly.bin': Buffer.alloc(1024 * 1024, 1),
  'more.bin': Buffer.alloc(3 * 1024 * 1024 + 1, 2),
  ...Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`many/${i}-${'long'.repeat(50)}`, `${i}`])),
}

it('gives the roots that Kubo gives, and moves them there and back as CARs', async ({ skip }) => {
  skip(absence !== undefined, absence)
  const site = await writeSite(FILES, join(folder, 'site'))
  const store = await openBlockStore(join(folder, 'store'))
  const content = await importFolder(site, { store })
  expect(content.root.toString()).toBe(kubo.rootOf(site))

  const ours = { [RELEASE_FILE]: Buffer.alloc(2e6, 'json'), [SPKI_FILE]: Buffer.alloc(2614) }
  const root = await assembleRelease(content, { releaseJson: ours[RELEASE_FILE]!, spki: ours[SPKI_FILE]! }, { store })
  await writeSite(ours, site)
  expect(root.toString()).toBe(kubo.rootOf(site))

  const car = Buffer.concat(await collect(writeCar(root, store)))
  expect(kubo.run(['dag', 'import', '--pin-roots=true'], car).toString()).toContain(root.toString())
  const exported = kubo.run(['dag', 'export', '--progress=false', root.toString()])
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

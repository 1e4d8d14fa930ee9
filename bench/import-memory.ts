import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { importFolder, openBlockStore } from '../packages/ipfs-mirror/dist/index.js'
import { report } from './report.ts'

/** For a site of 10 GB. */
const MAX_MEMORY_MB = 300
const MIB_PER_GIB = 1024
const SMALL_FILES_PER_GIB = 5000

/** `--gib 10` is the whole measurement; it needs twice that on the disk. With `node --max-semi-space-size=1`, as `publish` runs. */
const { values } = parseArgs({ options: { gib: { type: 'string', default: '2' } }, strict: false })
const gib = Number(values.gib)
const folder = mkdtempSync(join(tmpdir(), 'bench-memory-'))
try {
  const site = join(folder, 'site')
  const sizes = { small: Math.ceil(gib * SMALL_FILES_PER_GIB), largeMib: Math.ceil(gib * MIB_PER_GIB) }
  // Another process makes the site: its memory is not measured.
  const make = `(await import(${JSON.stringify(import.meta.resolve('./import-sites.ts'))})).writeBenchSite`
  const program = `await ${make}(${JSON.stringify(site)}, ${JSON.stringify(sizes)})`
  execFileSync(process.execPath, ['--input-type=module', '-e', program])
  const store = await openBlockStore(join(folder, 'store'))
  const { root, sizeBytes } = await importFolder(site, { store, cache: join(folder, 'cache') })
  await store.pin(root)
  await store.close()
  report('import-memory', [
    {
      what: `most memory while ${gib} GiB are imported`,
      value: process.resourceUsage().maxRSS / 1000,
      unit: 'MB',
      reference: 'site',
      referenceValue: sizeBytes / 1e6,
      goal: { of: 'value', atMost: MAX_MEMORY_MB },
    },
  ])
} finally {
  rmSync(folder, { recursive: true })
}

// The command as a few files instead of a thousand: docs/decisions/0016-command-in-few-files.md.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { NODE_BUNDLE } from './node-bundle.ts'

const DIST = join(import.meta.dirname, '../packages/cli/dist')
const outdir = join(DIST, 'bundle')

rmSync(outdir, { recursive: true, force: true })
await build({
  ...NODE_BUNDLE,
  entryPoints: [join(DIST, 'main.js')],
  outdir,
  splitting: true,
  legalComments: 'external',
})

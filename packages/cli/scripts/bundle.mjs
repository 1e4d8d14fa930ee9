// The command as a few files instead of a thousand: see docs/decisions/0016-command-in-few-files.md.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const DIST = join(import.meta.dirname, '../dist')
const outdir = join(DIST, 'bundle')

rmSync(outdir, { recursive: true, force: true })
await build({
  entryPoints: [join(DIST, 'main.js')],
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  logLevel: 'warning',
  legalComments: 'external',
  // CommonJS packages among the dependencies ask for Node's modules.
  banner: {
    js: `import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);`,
  },
})

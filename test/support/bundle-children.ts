import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { TestProject } from 'vitest/node'
import { NODE_BUNDLE } from '../../scripts/node-bundle.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the bundled children. */
    readonly children: string
  }
}

const FAULTS = join(import.meta.dirname, '../faults')

/** Makes one file of each script that tests start a hundred times: loading it takes a third of the time. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const outdir = await mkdtemp(join(tmpdir(), 'domainsync-children-'))
  await build({
    ...NODE_BUNDLE,
    entryPoints: ['publish-child', 'agent-child'].map((name) => join(FAULTS, `${name}.ts`)),
    outdir,
    outExtension: { '.js': '.mjs' },
  })
  project.provide('children', outdir)
  return () => rm(outdir, { recursive: true, force: true })
}

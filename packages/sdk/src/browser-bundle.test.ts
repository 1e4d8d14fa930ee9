import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

/** What a reader's browser may have to load, minified and gzipped, in bytes. */
const MAX_GZIP_BYTES = 160_000

const ENTRY = join(import.meta.dirname, 'index.ts')

/** Bundles for a browser; modules of Node that anything wants are errors, as they are for esbuild itself. */
async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  return { code: outputFiles[0]!.text, inputs: Object.keys(metafile.inputs) }
}

describe('the browser bundle', () => {
  it('needs nothing of Node, neither a module nor a global', async () => {
    const { code, inputs } = await bundle(`export * from ${JSON.stringify(ENTRY)}`)
    expect(inputs.filter((input) => /^(node:|\(disabled\))/.test(input))).toEqual([])
    // Evaluated without Node's globals, as a page would: the whole of it loads.
    const folder = await mkdtemp(join(tmpdir(), 'sdk-bundle-'))
    try {
      const file = join(folder, 'sdk.mjs')
      await writeFile(file, `const { process, Buffer, require, global } = {}, self = globalThis;\n${code}`)
      const sdk = await import(/* @vite-ignore */ file)
      expect(typeof sdk.createClient).toBe('function')
      const options = {
        chainId: 1,
        registry: `0x${'11'.repeat(20)}`,
        rpcUrls: ['https://a.example', 'https://b.example'],
      }
      expect(sdk.createClient(options).chain.name).toContain('quorum')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('catches a module of Node where there is one', async () => {
    await expect(bundle(`import 'node:fs'; export * from ${JSON.stringify(ENTRY)}`)).rejects.toThrow(/node:fs/)
  })

  it('stays small', async () => {
    const { code } = await bundle(`export { createClient } from ${JSON.stringify(ENTRY)}`)
    const gzipBytes = gzipSync(code).length
    console.info(`browser bundle of createClient: ${code.length} bytes minified, ${gzipBytes} gzipped`)
    expect(gzipBytes).toBeLessThan(MAX_GZIP_BYTES)
  })
})

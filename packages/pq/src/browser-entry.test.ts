import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { encodeBase64 } from './base64.ts'
import { signRelease } from './sign-release.ts'
import { expected, pq, statement, wallet } from './test/release-fixture.ts'

/** Minified. Three quarters are the Unicode tables of core's domain names; the cryptography is about 75 kB. */
const BUNDLE_MAX_BYTES = 380_000

describe('the main entry in a browser', () => {
  it('bundles without Node, and the bundle verifies a release where only web APIs are', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [join(import.meta.dirname, 'index.ts')],
      bundle: true,
      write: false,
      minify: true,
      metafile: true,
      platform: 'browser',
      format: 'iife',
      globalName: 'pq',
    })
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
    expect(imports.filter(({ external, path }) => external || path.startsWith('node:'))).toEqual([])
    const bundle = outputFiles[0]!.text
    expect(bundle).not.toMatch(/\bBuffer\b|\bprocess\./)
    expect(bundle.length).toBeLessThan(BUNDLE_MAX_BYTES)

    const release = encodeBase64(await signRelease({ statement, pq, signer: wallet }))
    const spki = encodeBase64(expected.spki)
    const web = { TextEncoder, TextDecoder, atob, btoa, crypto, AbortSignal, URL }
    const script = `${bundle}
      const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
      const expected = { ...${JSON.stringify({ ...expected, spki: undefined })}, spki: bytes('${spki}') }
      JSON.stringify(pq.verifyRelease(bytes('${release}'), expected))`
    expect(JSON.parse(runInNewContext(script, web))).toEqual(statement)
  })
})

// `node examples/self-verifying/build.ts <folder> --domain … --url https://… --chain-id 1 --registry 0x… --rpc https://… --gateway https://…`
// makes a folder to publish: the page, its network, and the SDK as one file.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

/** What the page asks unless its reader names others. */
export interface PageConfig {
  readonly domain: string
  /** Where the site is served. */
  readonly url: string
  readonly chainId: number
  readonly registry: string
  readonly rpcUrls: readonly string[]
  readonly gateways: readonly string[]
}

const SITE = join(import.meta.dirname, 'site')
/** A folder from which `@domainsync/sdk` is found. */
const RESOLVE_FROM = join(import.meta.dirname, '../../packages/cli')

/** Writes the site into a folder, made when it is missing. */
export async function buildSelfVerifying(folder: string, config: PageConfig): Promise<void> {
  await mkdir(folder, { recursive: true })
  await cp(SITE, folder, { recursive: true })
  const page = await readFile(join(SITE, 'index.html'), 'utf8')
  // In a script element only `</` could end it.
  const json = JSON.stringify(config).replaceAll('<', '\\u003c')
  await writeFile(
    join(folder, 'index.html'),
    page.replace('id="config">null<', () => `id="config">${json}<`),
  )
  await build({
    stdin: { contents: `export { createClient } from '@domainsync/sdk'`, resolveDir: RESOLVE_FROM },
    outfile: join(folder, 'domainsync.js'),
    bundle: true,
    platform: 'browser',
    // A plain script and no module: a saved copy of the page can load it from a file.
    format: 'iife',
    globalName: 'domainsync',
    target: 'es2022',
    minify: true,
  })
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      domain: { type: 'string' },
      url: { type: 'string' },
      'chain-id': { type: 'string' },
      registry: { type: 'string' },
      rpc: { type: 'string', multiple: true },
      gateway: { type: 'string', multiple: true },
    },
  })
  const { domain, url = `https://${domain}`, registry, rpc, gateway } = values
  const chainId = Number(values['chain-id'])
  const [folder] = positionals
  if (!folder || !domain || !registry || !rpc || !gateway || !Number.isSafeInteger(chainId)) {
    console.error('Needed: a folder, --domain, --chain-id, --registry, --rpc and --gateway (each once or more).')
    process.exitCode = 1
  } else {
    await buildSelfVerifying(folder, { domain, url, chainId, registry, rpcUrls: rpc, gateways: gateway })
    console.log(`Made ${folder}; publish it: domainsync publish ${domain} --from ${folder}`)
  }
}

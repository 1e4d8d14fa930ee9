import { join } from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { startServer } from '../../packages/sdk/src/http-server.test.support.ts'
import type { VerificationReport } from '../../packages/sdk/src/index.ts'
import type { Chromium } from './chromium.ts'

const SDK = join(import.meta.dirname, '../../packages/sdk/src/index.ts')

/** A report as JSON has it. */
export type PlainReport = Omit<VerificationReport, 'root'> & { readonly root: string | undefined }

/** What a page is told to verify. */
export interface PageRequest {
  readonly chainId: number
  readonly registry: string
  readonly rpcUrls: readonly string[]
  readonly quorum?: number
  readonly gateways: readonly string[]
  readonly domain: string
  readonly url: string
}

/** An empty page of an origin of its own, with the SDK as the global `sdk`. */
export interface SdkPage extends AsyncDisposable {
  readonly page: Page
  verify(request: PageRequest): Promise<PlainReport>
}

/** Opens a page that has loaded the SDK, bundled for browsers, from a server of this machine. */
export async function openSdkPage(chromium: Chromium): Promise<SdkPage> {
  const { outputFiles } = await build({
    entryPoints: [SDK],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'sdk',
    target: 'es2022',
    write: false,
  })
  const code = outputFiles[0]!.text
  const server = await startServer(({ url }, response) => {
    response.setHeader('content-type', url === '/sdk.js' ? 'text/javascript' : 'text/html')
    response.end(url === '/sdk.js' ? code : '<!doctype html><script src="/sdk.js"></script>')
  })
  const page = await chromium.newPage()
  await page.goto(server.url)
  return {
    page,
    verify: (request) => page.evaluate(`(${VERIFY})(${JSON.stringify(request)})`),
    async [Symbol.asyncDispose]() {
      await page.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Runs in the page. The names of pages that cannot exist are always the same, so that reports can be compared. */
const VERIFY = `async ({ domain, url, ...options }) => {
  const report = await sdk.createClient(options).verify(domain, { url, random: () => 0.5 })
  return { ...report, root: report.root?.toString() }
}`

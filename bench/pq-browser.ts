import { join } from 'node:path'
import { build } from 'esbuild'
import { chromiumAbsence, startChromium } from '../test/support/chromium.ts'

const RUNS = 60

/** What the page is asked to verify. */
export interface SignedMessage {
  readonly message: Uint8Array
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

/** The median time of one ML-DSA-87 verification by a reader's code in Chromium, in milliseconds; `undefined` without one. */
export async function browserVerifyMs(signed: SignedMessage): Promise<number | undefined> {
  if (chromiumAbsence() !== undefined) return undefined
  const entry = join(import.meta.dirname, '../packages/pq/dist/noble-ml-dsa.js')
  const options = { bundle: true, write: false, minify: true, platform: 'browser', format: 'iife' } as const
  const { outputFiles } = await build({ entryPoints: [entry], globalName: 'pq', ...options })
  await using chromium = await startChromium()
  const page = await chromium.newPage()
  await page.addScriptTag({ content: outputFiles[0]!.text })
  return await page.evaluate(`(() => {
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
    const [message, publicKey, signature] = ${JSON.stringify(
      [signed.message, signed.publicKey, signed.signature].map((one) => Buffer.from(one).toString('base64')),
    )}.map(bytes)
    const times = []
    for (let run = -10; run < ${RUNS}; run++) {
      const started = performance.now()
      const ok = pq.nobleMlDsa.verify(signature, { message, publicKey })
      const took = performance.now() - started
      if (!ok) throw new Error('a good signature was refused')
      if (run >= 0) times.push(took)
    }
    return times.sort((a, b) => a - b)[${RUNS / 2}]
  })()`)
}

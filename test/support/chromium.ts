import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium, type Page } from 'playwright-core'

const LAUNCH_TIMEOUT_MS = 60_000

/** Nothing but this machine answers: a page that asks anyone else fails here as it would fail without a network. */
const ARGS = [
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
]

/** A real browser with a fresh profile. */
export interface Chromium extends AsyncDisposable {
  readonly version: string
  /** A new, empty tab. */
  newPage(): Promise<Page>
}

/** The Chromium that tests run: `CHROMIUM_BINARY`, then `chromium` on PATH. */
export function findChromium(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'))
  const candidates = [process.env.CHROMIUM_BINARY, ...onPath]
  return candidates.find((path): path is string => path !== undefined && isExecutable(path))
}

/** Set when browser tests cannot run here. In CI that is a failure: nothing may go untested unseen. */
export function chromiumAbsence(): string | undefined {
  if (findChromium()) return undefined
  const sentence = 'Chromium is not here: run "scripts/install-test-servers.sh" as root or set CHROMIUM_BINARY.'
  if (process.env.CI) throw new Error(sentence)
  console.warn(`Skipped: ${sentence}`)
  return sentence
}

/** Starts Chromium without a window in a temporary profile that goes with it. Use it with `await using`. */
export async function startChromium(): Promise<Chromium> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(chromiumAbsence())
  const profile = await mkdtemp(join(tmpdir(), 'domainsync-chromium-'))
  const removeProfile = () => rm(profile, { recursive: true, force: true, maxRetries: 5 })
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      chromiumSandbox: false,
      args: ARGS,
      timeout: LAUNCH_TIMEOUT_MS,
    })
    return {
      version: context.browser()?.version() ?? '',
      newPage: () => context.newPage(),
      async [Symbol.asyncDispose]() {
        await context.close()
        await removeProfile()
      },
    }
  } catch (error) {
    await removeProfile()
    throw error
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

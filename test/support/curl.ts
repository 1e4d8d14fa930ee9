import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Time for one answer, in seconds. */
const MAX_TIME_S = '20'

/** Set when tests with curl cannot run here. In CI that is a failure: nothing may go untested unseen. */
export function curlAbsence(): string | undefined {
  try {
    execFileSync('curl', ['--version'], { stdio: 'ignore' })
    return undefined
  } catch {
    const sentence = 'curl is not here: run "scripts/install-test-servers.sh" as root.'
    if (process.env.CI) throw new Error(sentence)
    console.warn(`Skipped: ${sentence}`)
    return sentence
  }
}

/** How a curl ended. */
export interface CurlEnd {
  /** 0, or curl's own number of what went wrong; 18 and 56 are a body that was cut. */
  readonly exitCode: number
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Runs the real curl on a URL, its target sent as it is written. */
export async function curl(url: string, args: readonly string[] = []): Promise<CurlEnd> {
  const all = ['--silent', '--path-as-is', '--max-time', MAX_TIME_S, '--include', ...args, url]
  // Nothing of the environment: it may name a proxy.
  const options = { encoding: 'buffer', maxBuffer: 2 ** 28, env: { PATH: process.env.PATH ?? '' } } as const
  const { exitCode, stdout } = await run('curl', all, options).then(
    ({ stdout }) => ({ exitCode: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: Buffer }) => ({ exitCode: code, stdout }),
  )
  const end = stdout.indexOf('\r\n\r\n')
  const [first = '', ...lines] = stdout.toString('latin1', 0, Math.max(end, 0)).split('\r\n')
  return {
    exitCode,
    status: Number(first.split(' ')[1] ?? 0),
    headers: Object.fromEntries(
      lines.map((line) => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*: ?/, '')]),
    ),
    body: stdout.subarray(end + 4),
  }
}

// One thing at a time, one line each: what is done, and how long it took. What the tools print is shown only when they fail.
import { exitCode, spawnGroup } from './process-group.mjs'

const SPINNER_EVERY_MS = 1_000

/**
 * Runs a program under a title; what it prints is kept back. Ends this process with its exit code, and shows all of that, when it
 * fails.
 *
 * @param {string} title `Installing packages`
 * @param {{ command: string, args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv, hint?: string }} options
 * @returns {Promise<string>} what it printed on stdout
 */
export async function step(title, { hint, ...options }) {
  const startedAt = performance.now()
  // It runs, and is ended by Ctrl-C, before a person can read that it does.
  const ending = runQuietly(options, () => line.end())
  const line = beginLine(title, hint)
  const { code, stdout, log } = await ending
  const took = Math.round((performance.now() - startedAt) / 1_000)
  if (code === 0) {
    line.end(`${title}: done in ${took} s`)
    return stdout
  }
  line.end(`${title}: failed after ${took} s (exit code ${code}). What it said:`)
  process.stderr.write(`\n${log}\n`)
  process.exit(code)
}

/** On a terminal one line that counts the seconds, elsewhere one for the beginning and one for the end. */
function beginLine(title, hint) {
  const { isTTY } = process.stderr
  const text = `${title} …${hint ? ` (${hint})` : ''}`
  process.stderr.write(isTTY ? text : `${text}\n`)
  let seconds = 0
  const timer = isTTY
    ? setInterval(() => process.stderr.write(`\r${text} ${++seconds} s`), SPINNER_EVERY_MS)
    : undefined
  return {
    end(result) {
      clearInterval(timer)
      if (isTTY) process.stderr.write('\r\x1b[K')
      if (result) process.stderr.write(`${result}\n`)
    },
  }
}

async function runQuietly(options, beforeEnd) {
  const child = spawnGroup({ ...options, beforeEnd, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let log = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
    log += chunk
  })
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  return { code: await exitCode(child), stdout, log }
}

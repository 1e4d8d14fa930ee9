// One thing at a time, one line each: what is done, and how long it took. What the tools print is shown only when they fail.
import { stripVTControlCharacters } from 'node:util'
import { exitCode, spawnGroup } from './process-group.mjs'

/** How often the line on a terminal counts on. */
const COUNT_EVERY_MS = 1_000
/** How often a log hears that it is still going on. */
const REMIND_EVERY_MS = 30_000
/** A download that says nothing for so long may never do. */
const SILENT_S = 20
/** Width of a terminal that does not say its own. */
const COLUMNS = 80

/**
 * Runs a program under a title; what it prints is kept back. Ends this process with its exit code, and shows all of that, when it
 * fails.
 *
 * @param {string} title `Installing packages`
 * @param {{ command: string, args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv, hint?: string, network?: boolean, remindEveryMs?: number }} options
 * @returns {Promise<string>} what it printed on stdout
 */
export async function step(title, { hint, network = false, remindEveryMs = REMIND_EVERY_MS, ...options }) {
  const startedAt = performance.now()
  const said = { stdout: '', log: '' }
  // It runs, and is ended by Ctrl-C, before a person can read that it does.
  let line
  const ending = runQuietly(options, { said, beforeEnd: () => line?.end() })
  line = beginLine(hint ? `${title} … (${hint})` : `${title} …`, { said, network, remindEveryMs })
  const code = await ending
  const took = Math.round((performance.now() - startedAt) / 1_000)
  if (code === 0) {
    line.end(`${title}: done in ${took} s`)
    return said.stdout
  }
  line.end(`${title}: failed after ${took} s (exit code ${code}). What it said:`)
  process.stderr.write(`\n${said.log}\n`)
  process.exit(code)
}

/**
 * On a terminal one line that counts the seconds and shows what the tool said last; elsewhere one for the beginning, one for the end,
 * and now and then one between, so that nobody takes a slow network for a dead program.
 */
function beginLine(text, { said, network, remindEveryMs }) {
  const { isTTY, columns } = process.stderr
  const startedAt = performance.now()
  process.stderr.write(isTTY ? text : `${text}\n`)
  const progress = () => {
    const seconds = Math.round((performance.now() - startedAt) / 1_000)
    const [last] = stripVTControlCharacters(said.log)
      .trimEnd()
      .split(/[\r\n]/)
      .slice(-1)
    const now = `${seconds} s${last ? `  ${last}` : network && seconds > SILENT_S ? '  nothing said yet; is the network up?' : ''}`
    // A line that wraps could not be written over.
    process.stderr.write(isTTY ? `\r\x1b[K${`${text} ${now}`.slice(0, (columns ?? COLUMNS) - 1)}` : `  ${now}\n`)
  }
  const timer = setInterval(progress, isTTY ? COUNT_EVERY_MS : remindEveryMs)
  return {
    end(result) {
      clearInterval(timer)
      if (isTTY) process.stderr.write('\r\x1b[K')
      if (result) process.stderr.write(`${result}\n`)
    },
  }
}

async function runQuietly(options, { said, beforeEnd }) {
  const child = spawnGroup({ ...options, beforeEnd, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk
    said.log += chunk
  })
  child.stderr.on('data', (chunk) => {
    said.log += chunk
  })
  return exitCode(child)
}

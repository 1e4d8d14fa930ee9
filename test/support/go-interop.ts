import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const SOURCE = join(import.meta.dirname, '../interop/go')
/** With `crypto/hpke` in the standard library. */
const GO_MIN = [1, 26] as const

/** Set when tests against Go cannot run here. In CI that is a failure: nothing may go untested unseen. */
export function goAbsence(): string | undefined {
  const { stdout } = spawnSync('go', ['env', 'GOVERSION'], { cwd: SOURCE, encoding: 'utf8' })
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(stdout ?? '') ?? []
  if (Number(major) > GO_MIN[0] || (Number(major) === GO_MIN[0] && Number(minor) >= GO_MIN[1])) return undefined
  const sentence = `Go ${GO_MIN.join('.')} is not here: install it from go.dev to check what others make of our signatures.`
  if (process.env.CI) throw new Error(sentence)
  console.warn(`Skipped: ${sentence}`)
  return sentence
}

/** A command of the Go program in test/interop/go: JSON in (bytes as base64), JSON out. Rejects with what it says. */
export type GoInterop = (command: 'verify' | 'seal' | 'open', input: object) => Promise<Record<string, unknown>>

/** Builds the program in a temporary folder that goes with it. */
export function buildGoInterop(): { run: GoInterop } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'domainsync-go-'))
  const binary = join(folder, 'interop')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const { status, stderr } = spawnSync('go', ['build', '-o', binary, '.'], { cwd: SOURCE, encoding: 'utf8' })
  if (status !== 0) {
    remove()
    throw new Error(`go build failed: ${stderr}`)
  }
  return {
    async run(command, input) {
      const child = spawn(binary, [command])
      const plain = Object.entries(input).map(([key, value]) => [key, isBytes(value) ? base64(value) : value])
      child.stdin.end(JSON.stringify(Object.fromEntries(plain)))
      const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
      const [out, error, code] = await Promise.all([text(child.stdout), text(child.stderr), exited])
      if (code !== 0) throw new Error(error.trim())
      return JSON.parse(out)
    },
    [Symbol.dispose]: remove,
  }
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { astsOf, creationCodeOf, readSources, type Sources } from './compile.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'

/** The share of mutants that the tests must notice. */
const GOAL = 0.95
const SANDBOXES = 2

/** A mutant that no test can notice, and why. Its line's number is left out, since it moves. */
interface Explained extends Pick<Mutant, 'file' | 'code' | 'what'> {
  readonly reason: string
}

/** `node test/mutation/main.ts [part of a file's path]`: changes the contract in hundreds of small ways; the tests must notice. */
const only = process.argv[2] ?? ''
const sources = readSources()
const asts = astsOf(sources)
const mutants = Object.keys(sources)
  .filter((file) => !file.includes('/interfaces/') && file.includes(only))
  .flatMap((file) => mutantsOf(file, { source: sources[file]!, ast: asts[file] }))
const explained = JSON.parse(readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8')) as Explained[]

using sandboxes = new DisposableStack()
const survivors: Mutant[] = []
let refused = 0
let tried = 0
await requireUnchangedPasses(sandboxes.use(openSandbox()))
const waiting = mutants.values()
await Promise.all(Array.from({ length: SANDBOXES }, () => work(sandboxes.use(openSandbox()))))
report()

async function requireUnchangedPasses(sandbox: Sandbox): Promise<void> {
  if (await sandbox.notices(creationCodeOf(sources)!))
    throw new Error('The tests fail without any mutant: mend them first.')
}

async function work(sandbox: Sandbox): Promise<void> {
  for (const mutant of waiting) {
    const changed: Sources = { ...sources, [mutant.file]: mutant.source }
    const code = creationCodeOf(changed)
    if (code === undefined) refused++
    else if (!(await sandbox.notices(code)) && !(await sandbox.noticesSource(mutant.file, mutant.source))) {
      survivors.push(mutant)
      console.log(`survives: ${nameOf(mutant)}`)
    }
    tried++
    if (tried % 25 === 0) console.error(`${tried} of ${mutants.length}, ${survivors.length} survive`)
  }
}

function report(): void {
  const total = mutants.length - refused
  const unexplained = survivors.filter((mutant) => !explained.some((one) => isSame(one, mutant)))
  const stale = only === '' ? explained.filter((one) => !survivors.some((mutant) => isSame(one, mutant))) : []
  for (const mutant of unexplained) console.log(`unexplained: ${nameOf(mutant)}`)
  for (const one of stale) console.log(`explained, but noticed or gone: ${one.file}, ${one.code}: ${one.what}`)
  const killed = total - survivors.length
  const score = killed / total
  console.log(
    `${killed} of ${total} mutants noticed (${(100 * score).toFixed(1)} %, goal ${100 * GOAL} %); solc refused ${refused} more; ` +
      `${survivors.length - unexplained.length} survivors explained, ${unexplained.length} not`,
  )
  if (score < GOAL || unexplained.length > 0 || stale.length > 0) process.exitCode = 1
}

function isSame(one: Explained, { file, code, what }: Mutant): boolean {
  return one.file === file && one.code === code && one.what === what
}

function nameOf({ file, line, where, what }: Mutant): string {
  return `${file}:${line} ${where}: ${what}`
}

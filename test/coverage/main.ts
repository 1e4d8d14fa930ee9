// `npm run coverage`: lines and branches of our contracts that the contract tests reach. docs/contract-analysis.md says what counts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { astsOf, readSources } from '../mutation/compile.ts'
import { BRANCH_HIT, type Branch, reportBranches } from './branches.ts'
import { measure } from './measure.ts'

/** The share of lines, and of branches, that the tests must reach. */
const GOAL = 0.99

/** A branch that no test can reach, and why. */
interface Explained extends Pick<Branch, 'file' | 'code' | 'outcome'> {
  readonly reason: string
}

const explained = JSON.parse(readFileSync(join(import.meta.dirname, 'unreached.json'), 'utf8')) as Explained[]
const sources = readSources()
const asts = astsOf(sources)
const branches: Branch[] = []
const changed: Record<string, string> = { 'contracts/BranchHit.sol': BRANCH_HIT }
for (const [file, source] of Object.entries(sources)) {
  const reporting = reportBranches(file, { source, ast: asts[file], first: branches.length })
  branches.push(...reporting.branches)
  changed[file] = reporting.source
}
const { tags, lcov } = await measure(changed)
const lines = linesOf(lcov)

let missed = 0
for (const file of Object.keys(sources)) {
  const own = branches.filter((branch) => branch.file === file)
  const ownLines = lines.filter((line) => line.file === file)
  if (own.length + ownLines.length === 0) continue
  const [reached, reachedLines] = [own.filter(isReached).length, ownLines.filter(({ hits }) => hits > 0).length]
  const columns = [file.padEnd(40), `lines ${reachedLines} of ${ownLines.length}`.padEnd(18)]
  console.log(columns.join(''), `branches ${reached} of ${own.length}`)
}
for (const { file, line } of lines.filter(({ hits }) => hits === 0)) console.log(`line not reached: ${file}:${line}`)
for (const branch of branches.filter((branch) => !isReached(branch))) {
  const { file, line, code, outcome } = branch
  const reason = explained.find((one) => isSame(one, branch))?.reason
  if (reason === undefined) missed++
  console.log(`branch not reached: ${file}:${line} ${code} is never ${outcome}${reason ? `: ${reason}` : ''}`)
}
const stale = explained.filter((one) => !branches.some((branch) => isSame(one, branch) && !isReached(branch)))
for (const { file, code } of stale) console.log(`explained, but reached or gone: ${file} ${code}`)

const lineShare = lines.filter(({ hits }) => hits > 0).length / lines.length
const branchShare = branches.filter(isReached).length / branches.length
console.log(
  `coverage: ${percent(lineShare)} of ${lines.length} lines, ${percent(branchShare)} of ${branches.length} branches ` +
    `(goal ${percent(GOAL)}); ${missed} branches neither reached nor explained`,
)
if (!(lineShare >= GOAL && branchShare >= GOAL) || missed + stale.length > 0) process.exitCode = 1

function isReached({ tag }: Branch): boolean {
  return tags.has(tag)
}

function isSame(one: Explained, { file, code, outcome }: Branch): boolean {
  return one.file === file && one.code === code && one.outcome === outcome
}

/** Of our contracts. */
function linesOf(lcov: string): { file: string; line: number; hits: number }[] {
  let file = ''
  return lcov.split('\n').flatMap((text) => {
    if (text.startsWith('SF:')) file = text.slice(3)
    const [, line, hits] = /^DA:(\d+),(\d+)/.exec(text) ?? []
    return line === undefined || !(file in sources) ? [] : [{ file, line: Number(line), hits: Number(hits) }]
  })
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

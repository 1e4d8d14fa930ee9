// `npm run analyze`: slither over the contract. Every finding is explained in explained.json, or the command fails.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pythonTools } from '../python-tools.ts'
import { type Finding, findings } from './slither.ts'

/** A finding that is as it should be, and why. */
interface Explained extends Pick<Finding, 'check' | 'where'> {
  readonly reason: string
}

const explained = JSON.parse(readFileSync(join(import.meta.dirname, 'explained.json'), 'utf8')) as Explained[]
const found = analyze()
const unexplained = found.filter((finding) => !explained.some((one) => isSame(one, finding)))
const stale = explained.filter((one) => !found.some((finding) => isSame(one, finding)))
for (const { check, where, impact, description } of unexplained)
  console.log(`unexplained: ${check} (${impact}) in ${where}\n${description}`)
for (const { check, where } of stale) console.log(`explained, but not found any more: ${check} in ${where}`)
console.log(
  `slither: ${found.length} findings, ${found.length - unexplained.length} explained, ${unexplained.length} not explained`,
)
if (unexplained.length > 0 || stale.length > 0) process.exitCode = 1

function analyze(): Finding[] {
  try {
    return findings(pythonTools(join(import.meta.dirname, 'requirements.txt')))
  } catch (error) {
    console.error((error as Error).message)
    process.exit(1)
  }
}

function isSame(one: Explained, { check, where }: Finding): boolean {
  return one.check === check && one.where === where
}

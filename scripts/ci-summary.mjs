// Adds up what the test runners said and prints "N passed, N failed" last; exit code 1 when anything failed, or nothing ran.
// `<log> <exit code of the tests> <check>=<exit code>…`: each check counts as one test.
import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

const [log, testStatus, ...checks] = process.argv.slice(2)
const text = stripVTControlCharacters(readFileSync(log, 'utf8'))

const failedChecks = checks.filter((check) => !check.endsWith('=0'))
const passedTests = sum(/^(\d+) passing \(\d+ solidity, \d+ mocha\)/gm) + sum(/^\s*Tests\s.*?(\d+) passed/gm)
let failed = sum(/^(\d+) failing \(/gm) + sum(/^\s*Tests\s.*?(\d+) failed/gm)
const skipped = sum(/^\s*Tests\s.*?(\d+) skipped/gm)

// A runner that died says no number: its exit code still counts.
if (Number(testStatus) !== 0 && failed === 0) failed = 1
for (const check of failedChecks) console.error(`npm run ${check.replace('=', ' failed with exit code ')}`)
failed += failedChecks.length
if (passedTests === 0) failed += 1
if (skipped > 0) console.error(`${skipped} tests were skipped; in CI a missing part is a failure.`)
if (skipped > 0) failed += 1

const passed = passedTests + checks.length - failedChecks.length
process.exitCode = failed > 0 ? 1 : 0
console.log(`${passed} passed, ${failed} failed`)

function sum(pattern) {
  return [...text.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0)
}

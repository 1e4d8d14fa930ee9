// `npm run test:invariants -- [--long] [--calls N] [--jobs N] [--seed N] [--json]`: docs/contract-invariants.md says what it checks.
import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { type Campaign, type Count, compileCampaigns } from './campaign.ts'
import { runWorkers } from './run-workers.ts'

const CALLS = 50_000
const LONG_CALLS = 1_000_000
/** Calls in a run: enough for a trust to be proposed, waited for and accepted, and for the ring to turn several times. */
const DEPTH = 200
const RUNS = 125

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    calls: { type: 'string' },
    jobs: { type: 'string', default: `${availableParallelism()}` },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const asked = values.calls === undefined ? (values.long ? LONG_CALLS : CALLS) : wholeNumber('calls', values.calls)
const jobs = wholeNumber('jobs', values.jobs)
// CI makes the same calls every time; a long run makes new ones, and says how to make them again.
const chosen = values.long ? randomInt(1, 2 ** 32) : 1
const seed = values.seed === undefined ? chosen : wholeNumber('seed', values.seed)

const campaigns = Array.from({ length: Math.ceil(asked / (RUNS * DEPTH)) }, (_, i): Campaign => {
  return { seed: seed + i, runs: RUNS, depth: DEPTH }
})
const start = performance.now()
const counts: Record<string, Count> = {}
let passed = true
let done = 0

await compileCampaigns()
await runWorkers(campaigns, {
  jobs,
  onResult: (result) => {
    passed &&= result.passed
    for (const [name, { calls, refused }] of Object.entries(result.counts)) {
      const before = counts[name] ?? { calls: 0, refused: 0 }
      counts[name] = { calls: before.calls + calls, refused: before.refused + refused }
    }
    done++
    if (values.long) console.error(`${done} of ${campaigns.length} campaigns, ${thousands(sum('calls'))} calls`)
  },
})

const never = Object.keys(counts).filter((name) => counts[name]!.calls === counts[name]!.refused)
const [calls, accepted] = [sum('calls'), sum('calls') - sum('refused')]
const seconds = Math.round((performance.now() - start) / 1000)
for (const name of Object.keys(counts).sort()) {
  const { calls, refused } = counts[name]!
  console.log(
    `${name.padEnd(20)}${thousands(calls).padStart(10)} calls${thousands(calls - refused).padStart(10)} went through`,
  )
}
if (!passed) console.log('A rule was broken; the calls that broke it are above.')
if (never.length > 0) console.log(`Never went through: ${never.join(', ')}.`)
if (calls < asked) console.log(`Fewer calls than the ${thousands(asked)} that were asked for.`)
console.log(
  `${thousands(calls)} calls, ${thousands(accepted)} went through, ${passed ? 'no rule broken' : 'a rule broken'}, ` +
    `${seconds} s (--seed ${seed})`,
)
if (values.json) console.log(JSON.stringify({ calls, accepted, passed, seconds, seed, counts }))
if (!passed || never.length > 0 || calls < asked) process.exitCode = 1

function sum(what: keyof Count): number {
  return Object.values(counts).reduce((total, count) => total + count[what], 0)
}

function thousands(count: number): string {
  return count.toLocaleString('en')
}

function wholeNumber(option: string, text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  console.error(`--${option} ${text}: write a whole number from 1 on.`)
  process.exit(1)
}

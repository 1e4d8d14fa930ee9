import { type CheckResult, runHalmos } from './halmos.ts'
import type { Property } from './properties.ts'
import { isAsWanted, table } from './report.ts'

export interface ProofOptions {
  tools: string
  folder: string
  /** Signatures of the checks of each contract. */
  checks: ReadonlyMap<string, readonly string[]>
  jobs: number
}

export interface ProofSummary {
  readonly proved: number
  readonly failed: number
  readonly seconds: number
  readonly results: readonly CheckResult[]
}

/** Proves properties, as many at once as there are jobs; prints the table and, last, the sum. */
export async function proveAll(properties: readonly Property[], options: ProofOptions): Promise<ProofSummary> {
  const start = performance.now()
  const queue = [...properties]
  const results: CheckResult[] = []
  const unwanted: CheckResult[] = []
  const work = async () => {
    for (let property = queue.shift(); property !== undefined; property = queue.shift()) {
      const all = await prove(property, options)
      results.push(...all)
      unwanted.push(...all.filter((result) => !isAsWanted(property!, result)))
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, work))
  const seconds = Math.round((performance.now() - start) / 1000)
  const proved = results.length - unwanted.length
  console.log(`${table(results)}\n\n${proved} proved, ${unwanted.length} not proved in ${seconds} s`)
  return { proved, failed: unwanted.length, seconds, results }
}

async function prove(property: Property, { tools, folder, checks }: ProofOptions): Promise<CheckResult[]> {
  const { contract, refuted } = property
  const asked = checks.get(contract)
  if (asked === undefined) throw new Error(`test/proofs has no contract ${contract}.`)
  const run = { tools, folder, contract, checks: asked, firstCounterexample: refuted === true }
  const { results, output } = await runHalmos(run)
  const failed = results.filter((result) => !isAsWanted(property, result)).length
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0).toFixed(0)
  console.error(`${contract}: ${results.length - failed} of ${results.length} in ${seconds} s`)
  if (failed > 0) console.error(output)
  return results
}

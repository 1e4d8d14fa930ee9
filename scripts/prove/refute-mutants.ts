import { type CheckResult, runHalmos } from './halmos.ts'
import { MUTANTS } from './mutants.ts'
import type { ProofOptions, ProofSummary } from './prove-all.ts'
import { mutatedRegistry, writeRegistry } from './registry.ts'

/** Breaks the contract in one place after the other and wants a counterexample each time, from the proof that is to notice. */
export async function refuteMutants({ tools, folder, checks }: ProofOptions): Promise<ProofSummary> {
  const start = performance.now()
  const results: CheckResult[] = []
  for (const mutant of MUTANTS) {
    const [contract, check] = mutant.refutes
    writeRegistry(folder, mutatedRegistry(mutant))
    const signatures = checks.get(contract)!.filter((signature) => signature.startsWith(`check_${check}(`))
    const run = { tools, folder, contract, checks: signatures, firstCounterexample: true }
    const { results: one, output } = await runHalmos(run)
    const refuted = one.length === 1 && one[0]!.outcome === 'counterexample'
    results.push(...one)
    console.log(`${refuted ? 'refuted' : 'NOT REFUTED'}  ${mutant.what}  (${contract}, ${check})`)
    if (!refuted) console.error(output)
  }
  const proved = results.filter(({ outcome }) => outcome === 'counterexample').length
  const [failed, seconds] = [MUTANTS.length - proved, Math.round((performance.now() - start) / 1000)]
  console.log(`\n${proved} mutants refuted, ${failed} not refuted in ${seconds} s`)
  return { proved, failed, seconds, results }
}

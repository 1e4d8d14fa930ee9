import type { CheckResult } from './halmos.ts'
import { PROPERTIES, type Property } from './properties.ts'

/** Whether a check came out as it must. */
export function isAsWanted({ refuted }: Property, { outcome }: CheckResult): boolean {
  return outcome === (refuted ? 'counterexample' : 'proved')
}

/** One line a function, one column a property: seconds, or what went wrong; a dot where there is nothing to prove. */
export function table(results: readonly CheckResult[]): string {
  const checks = [...new Set(results.map(({ check }) => check))]
  const columns = PROPERTIES.filter(({ contract }) => results.some((result) => result.contract === contract))
  const rows = [
    ['seconds', ...columns.map(({ column }) => column)],
    ...checks.map((check) => [check, ...columns.map((property) => cell(property, check, results))]),
  ]
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  const line = (row: string[]) => row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
  return rows.map((row) => line(row).join('  ')).join('\n')
}

function cell(property: Property, check: string, results: readonly CheckResult[]): string {
  const result = results.find((one) => one.contract === property.contract && one.check === check)
  if (result === undefined) return '·'
  return isAsWanted(property, result) ? result.seconds.toFixed(1) : result.outcome.toUpperCase()
}

/** One measured figure, beside its limit or a peer measured in the same run. */
export interface Measurement {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** What the value stands beside: a limit, a peer. */
  readonly reference: string
  /** In the same unit. */
  readonly referenceValue: number
  /** Left out: a figure to know, not one to reach. */
  readonly goal?: Goal
}

/** A bound on the value itself, or on its ratio to the reference. */
export type Goal = { readonly of: 'value' | 'ratio' } & ({ readonly atMost: number } | { readonly atLeast: number })

/** A figure as `--json` prints it. `goal` and `met` are null when there is no goal. */
export interface Figure extends Omit<Measurement, 'goal'> {
  readonly ratio: number
  readonly goal: string | null
  readonly met: boolean | null
}

/** Figures that belong together. */
export interface Table {
  readonly name: string
  /** Lines under the name: a formula, a source. */
  readonly says: readonly string[]
  readonly figures: readonly Measurement[]
}

/**
 * Prints one line a figure; with `--json` everything as one JSON object in the last line; with `--check` the process exits 1
 * when a goal is missed.
 */
export function report(bench: string, measurements: readonly Measurement[], argv = process.argv.slice(2)): void {
  const figures = measurements.map(judge)
  print(figures)
  conclude(bench, figures, argv)
}

/** The same for several tables, each under its name; in JSON every figure names its `table`. */
export function reportTables(bench: string, tables: readonly Table[], argv = process.argv.slice(2)): void {
  const all = tables.flatMap(({ name, says, figures }) => {
    const judged = figures.map(judge)
    console.log([`\n${name}`, ...says].join('\n'))
    print(judged)
    return judged.map((figure) => ({ table: name, ...figure }))
  })
  conclude(bench, all, argv)
}

function print(figures: readonly Figure[]): void {
  const reaching = figures.some(({ goal }) => goal !== null)
  const columns = figures.map(({ what, value, unit, reference, referenceValue, ratio, goal, met }) => [
    what,
    `${short(value)} ${unit}`,
    `${reference} ${short(referenceValue)}`,
    `× ${short(ratio)}`,
    goal ?? (reaching ? 'no goal' : ''),
    met === null ? '' : met ? 'met' : 'missed',
  ])
  const widths = columns.reduce<number[]>(
    (most, row) => row.map((cell, at) => Math.max(cell.length, most[at] ?? 0)),
    [],
  )
  for (const row of columns)
    console.log(
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
}

function conclude(bench: string, figures: readonly Figure[], argv: readonly string[]): void {
  if (argv.includes('--json')) console.log(JSON.stringify({ bench, figures }))
  if (argv.includes('--check') && figures.some(({ met }) => met === false)) process.exitCode = 1
}

/** The median, in milliseconds, of so many runs after a tenth as many to warm up. */
export async function medianMs(runs: number, run: () => unknown): Promise<number> {
  const times: number[] = []
  for (let at = -Math.ceil(runs / 10); at < runs; at++) {
    const started = performance.now()
    await run()
    if (at >= 0) times.push(performance.now() - started)
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)]!
}

function judge({ goal, ...measurement }: Measurement): Figure {
  const ratio = measurement.value / measurement.referenceValue
  if (goal === undefined) return { ...measurement, ratio, goal: null, met: null }
  const found = goal.of === 'value' ? measurement.value : ratio
  const [text, met] =
    'atMost' in goal ? [`≤ ${goal.atMost}`, found <= goal.atMost] : [`≥ ${goal.atLeast}`, found >= goal.atLeast]
  return { ...measurement, ratio, goal: goal.of === 'value' ? `${text} ${measurement.unit}` : `ratio ${text}`, met }
}

/** Three significant digits, without an exponent. */
function short(value: number): string {
  return value >= 1000 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString()
}

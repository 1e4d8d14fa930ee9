/** Milliseconds of two ways to do the same, measured in turns. */
export interface Pair {
  readonly ours: number
  readonly peer: number
}

/** Options of {@link pairedMs}. */
export interface PairedOptions {
  readonly rounds: number
  /** Which time of each is taken, from 0, the quickest, to 1. Default the median. */
  readonly quantile?: number
}

/**
 * Ours and the peer's time, one after the other in every round and each first in half of them, so that what else the machine
 * does falls on both.
 */
export async function pairedMs(
  ours: () => unknown,
  peer: () => unknown,
  { rounds, quantile = 0.5 }: PairedOptions,
): Promise<Pair> {
  const times: { ours: number[]; peer: number[] } = { ours: [], peer: [] }
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    for (const which of round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)) {
      const run = which === 'ours' ? ours : peer
      const started = performance.now()
      await run()
      if (round >= 0) times[which].push(performance.now() - started)
    }
  }
  const at = Math.floor(rounds * quantile)
  const taken = (of: number[]) => of.sort((a, b) => a - b)[at]!
  return { ours: taken(times.ours), peer: taken(times.peer) }
}

import type { Chain, Clock, DomainName, RegistryEvent } from '@domainsync/core'

/** Blocks asked for at once; after a longer silence the rest is left out, since a pass reads the head anyway. */
const MAX_BLOCKS = 1_000

export interface EventWatch {
  readonly chain: Chain
  readonly clock: Clock
  readonly domains: readonly DomainName[]
  readonly everyMs: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly onEvent: (domain: DomainName, event: RegistryEvent) => void
}

/**
 * Looks for new events of the registry until the signal aborts. They only wake a pass, which reads the state itself: a missed
 * or repeated event does no harm, and operators that fail are the chain probe's finding.
 */
export async function watchEvents({
  chain,
  clock,
  domains,
  everyMs,
  timeoutMs,
  signal,
  onEvent,
}: EventWatch): Promise<void> {
  let seen: number | undefined
  while (!signal.aborted) {
    try {
      const call = { signal, timeoutMs }
      const { number } = await chain.block('latest', call)
      if (seen !== undefined && number > seen) {
        const range = { from: Math.max(seen + 1, number - MAX_BLOCKS), to: number }
        for (const domain of domains)
          for await (const event of chain.events(domain, range, call)) onEvent(domain, event)
      }
      seen = number
    } catch {
      // The next look asks for the same blocks again.
    }
    await clock.sleep(everyMs, signal).catch(() => {})
  }
}

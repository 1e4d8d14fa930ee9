import type { JsonValue } from '@domainsync/core'
import { JournalError } from './journal-error.ts'
import { isRetryable } from './retry-policy.ts'
import type { StepDefinition, StepRun } from './step-definition.ts'

/** How long a step's completion may take to show, in milliseconds. */
export const OBSERVE_TIMEOUT_MS = 60_000

/** The longest pause between two looks, in milliseconds. */
export const OBSERVE_EVERY_MS = 2_000

const FIRST_PAUSE_MS = 50

/** Looks until the step's completion shows. An error that trying again may mend is looked past until the deadline. */
export async function awaitObserved<Context>(
  definition: StepDefinition<Context>,
  { run, intent }: { run: StepRun<Context>; intent: JsonValue },
): Promise<JsonValue> {
  const { observeTimeoutMs = OBSERVE_TIMEOUT_MS, observeEveryMs = OBSERVE_EVERY_MS } = definition
  const deadline = run.clock.monotonic() + observeTimeoutMs
  let cause: unknown
  for (let pauseMs = Math.min(FIRST_PAUSE_MS, observeEveryMs); ; pauseMs = Math.min(pauseMs * 2, observeEveryMs)) {
    try {
      const receipt = await definition.observe(run, intent)
      if (receipt !== undefined) return receipt
      cause = undefined
    } catch (error) {
      run.signal?.throwIfAborted()
      if (!isRetryable(error)) throw error
      cause = error
    }
    const leftMs = deadline - run.clock.monotonic()
    if (leftMs <= 0) break
    await run.clock.sleep(Math.min(pauseMs, leftMs), run.signal)
  }
  throw new JournalError(
    'STEP_NOT_OBSERVED',
    `Step "${definition.key}" was carried out, but did not show within ${observeTimeoutMs} ms.`,
    cause === undefined ? {} : { cause },
  )
}

import type { Clock, Journal, JsonValue, Operation } from '@domainsync/core'
import type { RetryPolicy } from './retry-policy.ts'

/** What a step's functions get. */
export interface StepRun<Context> {
  /** What the caller of `runOperation` handed in. */
  readonly context: Context
  /** As it stood when this try began. */
  readonly operation: Operation
  /** Names the step across all operations: what its nonce and its transactions belong to. */
  readonly stepKey: string
  /** 1 at the first try. */
  readonly attempt: number
  /** Receipts of the steps that are done, by step key. */
  readonly receipts: Readonly<Record<string, JsonValue>>
  readonly journal: Journal
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
}

/**
 * One idempotent step: commit the intent → effect → observe → commit the receipt. Whether it is complete can be read off
 * the world, so after a crash it is observed before it is acted on.
 */
export interface StepDefinition<Context> {
  readonly key: string
  /** Decides what will be done; stored before it is done. It must have no effect of its own. */
  intent(run: StepRun<Context>): Promise<JsonValue>
  /** Reads whether it is done: the receipt, or `undefined` for not yet. It must have no effect on the world. */
  observe(run: StepRun<Context>, intent: JsonValue): Promise<JsonValue | undefined>
  /** Does it. May run again after a crash in the middle of it. */
  effect(run: StepRun<Context>, intent: JsonValue): Promise<void>
  /** The operation's root, when this step's receipt settles it. */
  root?(receipt: JsonValue): string | undefined
  readonly retry?: RetryPolicy
  /** How long its completion may take to show after the effect; then `STEP_NOT_OBSERVED`. */
  readonly observeTimeoutMs?: number
  /** The longest pause between two looks; the pauses begin short and double. */
  readonly observeEveryMs?: number
}

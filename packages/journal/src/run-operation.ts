import type { Clock, Journal, JsonValue, Operation, Step } from '@domainsync/core'
import { awaitObserved } from './await-observed.ts'
import { JournalError } from './journal-error.ts'
import { DEFAULT_RETRY, isRetryable, retryDelayMs } from './retry-policy.ts'
import type { StepDefinition, StepRun } from './step-definition.ts'
import { stepKey } from './step-key.ts'
import { systemClock } from './system-clock.ts'
import { UndoneError } from './undone-error.ts'

/** How long a step is tried against an error that suspends, in milliseconds: longer than a hiccup, short enough to wait for. */
export const SUSPEND_AFTER_MS = 12_000

/** How often one run does steps again that the world took back; a chain that reorganises more often than that is left for later. */
const MAX_UNDONE = 3

/**
 * Where a step is: `start` before its intent is committed (or, `resumed`, before its completion is looked for), `intent`
 * after that commit, `effect` after the effect, `done` after the receipt's commit, `retry` and `failed` after the commit
 * that says so.
 */
export interface Progress {
  readonly operation: Operation
  readonly step: string
  readonly phase: 'start' | 'intent' | 'effect' | 'done' | 'retry' | 'failed'
  /** 1 at the first try. */
  readonly attempt: number
  /** An earlier run, or an earlier try, left an intent: its completion is looked for before anything is done. */
  readonly resumed: boolean
  /** With `done`. */
  readonly receipt?: JsonValue
  /** With `retry` and `failed`. */
  readonly error?: unknown
  /** With `retry`: the pause before the next try, in milliseconds. */
  readonly delayMs?: number
}

export interface RunOptions<Context> {
  readonly journal: Journal
  readonly context: Context
  /** Aborting leaves the operation running: running it again goes on. */
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock
  /** Called synchronously, exactly at the points that {@link Progress} names. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /**
   * True for an error that leaves the operation running once its tries, or {@link SUSPEND_AFTER_MS}, are used up: the world has
   * to change before it goes on.
   */
  readonly suspends?: ((error: unknown) => boolean) | undefined
}

/**
 * Runs an operation that `Journal.open` returned, step by step, to its end; steps that are done are skipped. May be killed
 * at any point: open and run again, and it goes on. Returns the operation, done.
 *
 * @throws the error of the step that failed for good (the operation is then `failed`); one that `suspends`, `TX_REORGED`
 * again and again, the signal's reason, or the store's error (`STORE_BUSY`, `LEASE_LOST`): the operation is then still
 * `running`; JournalError `OPERATION_CLOSED`, `STEP_UNKNOWN`
 */
export async function runOperation<Context>(
  operation: Operation,
  steps: readonly StepDefinition<Context>[],
  options: RunOptions<Context>,
): Promise<Operation> {
  const { id } = operation
  if (operation.state === 'done') return operation
  if (operation.state === 'failed') {
    throw new JournalError('OPERATION_CLOSED', `Operation ${id} failed; open it again first.`, { retryable: false })
  }
  const runner = { ...options, clock: options.clock ?? systemClock, fence: { epoch: operation.epoch } }
  let current = operation
  let undone = 0
  for (let index = 0; index < steps.length; ) {
    try {
      current = await runStep(current, steps[index]!, runner)
      index++
    } catch (error) {
      const earlier = error instanceof UndoneError ? steps.findIndex(({ key }) => key === error.step) : -1
      if (earlier < 0 || undone++ === MAX_UNDONE) throw error
      current = await runner.journal.advance(id, { kind: 'undo', step: steps[earlier]!.key }, runner.fence)
      index = earlier
    }
  }
  return runner.journal.advance(id, { kind: 'finish', state: 'done' }, runner.fence)
}

type Runner<Context> = RunOptions<Context> & { readonly clock: Clock; readonly fence: { readonly epoch: number } }

/** Tries the step until it is done, this run's tries are used up, or trying again cannot help. */
async function runStep<Context>(
  operation: Operation,
  definition: StepDefinition<Context>,
  runner: Runner<Context>,
): Promise<Operation> {
  const { journal, clock, signal, fence, onProgress } = runner
  const { key, retry = DEFAULT_RETRY } = definition
  let current = operation
  let suspendAt: number | undefined
  for (let tries = 1; ; tries++) {
    const step = stepOf(current, key)
    if (step.state === 'done') return current
    signal?.throwIfAborted()
    const attempt = step.attempts + 1
    const event = { step: key, attempt, resumed: step.intent !== undefined }
    const waitMs = Math.min((step.notBefore ?? 0) - clock.now(), retry.maxDelayMs)
    if (waitMs > 0) await clock.sleep(waitMs, signal)
    const startedAt = clock.monotonic()
    const outcome = await tryStep(current, definition, runner)
    if ('operation' in outcome) {
      current = outcome.operation
      onProgress?.({ ...event, operation: current, phase: 'done', receipt: stepOf(current, key).receipt! })
      return current
    }
    signal?.throwIfAborted()
    const { error } = outcome
    if (error instanceof UndoneError) throw error
    const message = error instanceof Error ? error.message : String(error)
    const suspends = runner.suspends?.(error) === true
    suspendAt = suspends ? (suspendAt ?? startedAt + SUSPEND_AFTER_MS) : undefined
    const isLast = tries >= retry.attempts || (suspendAt !== undefined && clock.monotonic() >= suspendAt)
    if (isRetryable(error) && !isLast) {
      const delayMs = retryDelayMs(retry, tries)
      const notBefore = Math.ceil(clock.now() + delayMs)
      current = await journal.advance(current.id, { kind: 'retry', step: key, error: message, notBefore }, fence)
      onProgress?.({ ...event, operation: current, phase: 'retry', error, delayMs })
      continue
    }
    if (suspends) {
      await journal.advance(current.id, { kind: 'retry', step: key, error: message }, fence)
      throw error
    }
    current = await journal.advance(current.id, { kind: 'failed', step: key, error: message }, fence)
    if (stepOf(current, key).state === 'done') return current
    current = await journal.advance(current.id, { kind: 'finish', state: 'failed' }, fence)
    onProgress?.({ ...event, operation: current, phase: 'failed', error })
    throw error
  }
}

type Outcome = { readonly operation: Operation } | { readonly error: unknown }

/** One try. What the step's own functions throw is an outcome; what the journal throws ends the run. */
async function tryStep<Context>(
  operation: Operation,
  definition: StepDefinition<Context>,
  runner: Runner<Context>,
): Promise<Outcome> {
  const { journal, fence, onProgress } = runner
  const { key } = definition
  const before = stepOf(operation, key)
  const resumed = before.intent !== undefined
  const run = stepRun(operation, before, runner)
  const event = { step: key, attempt: run.attempt, resumed }
  onProgress?.({ ...event, operation, phase: 'start' })

  const finish = async (receipt: JsonValue): Promise<Outcome> => {
    const root = definition.root?.(receipt)
    const done = { kind: 'done', step: key, receipt, ...(root === undefined ? {} : { root }) } as const
    return { operation: await journal.advance(operation.id, done, fence) }
  }

  let current = operation
  if (before.state !== 'intent') {
    if (before.intent !== undefined) {
      // Of an earlier, failed try; that one's end no longer counts, unless it was a success that showed late.
      const late = await attempt(() => definition.observe(run, before.intent!))
      if ('error' in late && isRetryable(late.error)) return late
      if ('value' in late && late.value !== undefined) {
        await journal.advance(operation.id, { kind: 'intent', step: key, intent: before.intent }, fence)
        return finish(late.value)
      }
    }
    const decided = await attempt(() => definition.intent(run))
    if ('error' in decided) return decided
    current = await journal.advance(operation.id, { kind: 'intent', step: key, intent: decided.value }, fence)
    onProgress?.({ ...event, operation: current, phase: 'intent' })
  }
  const step = stepOf(current, key)
  if (step.state === 'done') return { operation: current }
  const intent = step.intent!

  const completed = await attempt(async () => {
    const seen = resumed ? await definition.observe(run, intent) : undefined
    if (seen !== undefined) return seen
    await definition.effect(run, intent)
    onProgress?.({ ...event, operation: current, phase: 'effect' })
    return awaitObserved(definition, { run, intent })
  })
  return 'error' in completed ? completed : finish(completed.value)
}

async function attempt<T>(action: () => Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await action() }
  } catch (error) {
    return { error }
  }
}

function stepRun<Context>(operation: Operation, step: Step, runner: Runner<Context>): StepRun<Context> {
  const receipts: Record<string, JsonValue> = Object.create(null)
  for (const { key, receipt } of operation.steps) if (receipt !== undefined) receipts[key] = receipt
  return {
    context: runner.context,
    operation,
    stepKey: stepKey(operation.id, step.key),
    attempt: step.attempts + 1,
    receipts,
    journal: runner.journal,
    clock: runner.clock,
    signal: runner.signal,
  }
}

function stepOf(operation: Operation, key: string): Step {
  const step = operation.steps.find((candidate) => candidate.key === key)
  if (step) return step
  throw new JournalError('STEP_UNKNOWN', `Operation ${operation.id} was opened without the step "${key}".`, {
    retryable: false,
  })
}

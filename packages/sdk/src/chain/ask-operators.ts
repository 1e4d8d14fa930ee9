import { type CallOptions, errorCode } from '@domainsync/core'
import { ChainError } from '../rpc/rpc-error.ts'
import { canonicalText } from './canonical-text.ts'

/** One operator's word against the quorum's. */
export interface Dissent {
  readonly operator: string
  /** What was asked: `block 120`, `example.com at block 120`. */
  readonly what: string
  readonly theirs: string
  readonly agreed: string
}

/** An operator that gave no answer. */
export interface OperatorFailure {
  readonly operator: string
  readonly what: string
  readonly error: unknown
}

export interface QuorumHooks {
  /** Called for every operator that is outvoted. */
  onDissent?: ((dissent: Dissent) => void) | undefined
  /** Called for every operator that gives no answer. */
  onFailure?: ((failure: OperatorFailure) => void) | undefined
}

/** Time that the others are waited for once a quorum agrees, in milliseconds: long enough to hear a liar out. */
export const GRACE_MS = 500

/** Someone that can be asked; two with one `operator` are one voice. */
export interface Operator {
  readonly operator: string
}

export interface Poll<O extends Operator, T> extends CallOptions, QuorumHooks {
  readonly quorum: number
  readonly what: string
  readonly ask: (of: O, call: CallOptions) => Promise<T>
  /** Answers with equal text are the same answer; it is also what a dissent shows. */
  readonly text: (answer: T) => string
}

/** Errors that say something about the chain: a quorum of them is an answer. */
const MEANINGFUL = new Set(['CHAIN_ID_MISMATCH', 'REGISTRY_NO_CODE', 'NODE_MISMATCH', 'BLOCK_UNKNOWN'])

type Answer<T> = { readonly value: T; readonly text: string } | { readonly error: unknown; readonly text: string }

/**
 * Asks all at once and resolves with what at least `quorum` distinct operators say; the others are named through the hooks.
 *
 * @throws ChainError `RPC_NO_QUORUM` with who said what; the operators' own error when a quorum of them gives the same one
 * about the chain, or when there is only one operator.
 */
export async function askOperators<O extends Operator, T>(operators: readonly O[], poll: Poll<O, T>): Promise<T> {
  const answers = await collect(operators, poll, (found) => agreed(found, poll.quorum) !== undefined)
  const winner = agreed(answers, poll.quorum)
  report(answers, winner, poll)
  if (winner !== undefined) {
    if ('value' in winner) return winner.value
    throw winner.error
  }
  throw noQuorum(answers, poll)
}

/**
 * Asks all at once for what may lawfully differ from operator to operator (heads, balances, fees): what each distinct
 * operator says, at least `quorum` of them.
 *
 * @throws ChainError `RPC_NO_QUORUM` when fewer answered; the operator's own error when there is only one.
 */
export async function pollOperators<O extends Operator, T>(
  operators: readonly O[],
  poll: Poll<O, T>,
): Promise<ReadonlyMap<string, T>> {
  const answers = await collect(operators, poll, (found) => valuesOf(found).size >= poll.quorum)
  const values = valuesOf(answers)
  report(answers, undefined, poll)
  if (values.size < poll.quorum) throw noQuorum(answers, poll)
  return values
}

function valuesOf<T>(answers: ReadonlyMap<string, Answer<T>>): Map<string, T> {
  return new Map([...answers].flatMap(([operator, answer]) => ('value' in answer ? [[operator, answer.value]] : [])))
}

/**
 * Asks all at once; resolves when all have answered, or {@link GRACE_MS} after `enough` of them have. Of two answers of one
 * operator the first that is no error counts.
 */
async function collect<O extends Operator, T>(
  operators: readonly O[],
  { ask, text, signal, timeoutMs }: Pick<Poll<O, T>, 'ask' | 'text' | 'signal' | 'timeoutMs'>,
  enough: (answers: ReadonlyMap<string, Answer<T>>) => boolean,
): Promise<ReadonlyMap<string, Answer<T>>> {
  signal?.throwIfAborted()
  const done = new AbortController()
  const call: CallOptions = { signal: signal ? AbortSignal.any([signal, done.signal]) : done.signal, timeoutMs }
  const answers = new Map<string, Answer<T>>()
  let open = operators.length
  let grace: ReturnType<typeof setTimeout> | undefined

  try {
    await new Promise<void>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal })
      const settle = (of: O, answer: Answer<T>) => {
        const before = answers.get(of.operator)
        if (before === undefined || 'error' in before) answers.set(of.operator, answer)
        open -= 1
        if (open === 0) resolve()
        else if (grace === undefined && enough(answers)) grace = setTimeout(resolve, GRACE_MS)
      }
      for (const of of operators) {
        ask(of, call).then(
          (value) => settle(of, { value, text: text(value) }),
          (error: unknown) => settle(of, { error, text: errorCode(error) }),
        )
      }
    })
    // In the order of the operators, so that messages do not depend on who was faster.
    return new Map(
      operators.flatMap(({ operator }) => (answers.has(operator) ? [[operator, answers.get(operator)!]] : [])),
    )
  } finally {
    clearTimeout(grace)
    done.abort(new DOMException('The others agreed before.', 'AbortError'))
  }
}

function agreed<T>(answers: ReadonlyMap<string, Answer<T>>, quorum: number): Answer<T> | undefined {
  for (const candidate of answers.values()) {
    if ('error' in candidate && !MEANINGFUL.has(candidate.text)) continue
    const votes = [...answers.values()].filter(
      (other) => 'error' in other === 'error' in candidate && other.text === candidate.text,
    )
    if (votes.length >= quorum) return candidate
  }
  return undefined
}

function report<O extends Operator, T>(
  answers: ReadonlyMap<string, Answer<T>>,
  winner: Answer<T> | undefined,
  { what, onDissent, onFailure }: Poll<O, T>,
): void {
  for (const [operator, answer] of answers) {
    if ('error' in answer) onFailure?.({ operator, what, error: answer.error })
    else if (winner !== undefined && answer.text !== winner.text) {
      const [theirs, agreed] = shown([answer, winner])
      onDissent?.({ operator, what, theirs: theirs!, agreed: agreed! })
    }
  }
}

/** What each answer shows; of records only the fields that are not the same in all: what a person has to look at. */
function shown<T>(answers: readonly Answer<T>[]): string[] {
  const values = answers.map((answer) => ('value' in answer ? answer.value : undefined))
  const records = values.flatMap((value) => (isRecord(value) ? [value] : []))
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))].filter(
    (key) => new Set(records.map((record) => canonicalText(record[key]))).size > 1,
  )
  return answers.map(({ text }, index) => {
    const value = values[index]
    if (!isRecord(value) || keys.length === 0) return text
    return canonicalText(Object.fromEntries(keys.map((key) => [key, value[key]])))
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Enough of an answer to tell it from another; a state is kilobytes. */
const SHOWN_CHARS = 160

function clipped(text: string): string {
  return text.length <= SHOWN_CHARS ? text : `${text.slice(0, SHOWN_CHARS)}…`
}

function noQuorum<O extends Operator, T>(
  answers: ReadonlyMap<string, Answer<T>>,
  { quorum, what }: Poll<O, T>,
): unknown {
  const errors = [...answers.values()].flatMap((answer) => ('error' in answer ? [answer.error] : []))
  if (answers.size === 1 && errors.length === 1) return errors[0]
  const texts = shown([...answers.values()])
  const said = [...answers.keys()].map((operator, index) => `${operator} says ${clipped(texts[index]!)}`)
  return new ChainError(
    'RPC_NO_QUORUM',
    `No ${quorum} operators agree on ${what}: ${said.join('; ') || 'nobody answered'}. Check the RPC URLs.`,
    errors.length > 0 ? { cause: new AggregateError(errors) } : {},
  )
}

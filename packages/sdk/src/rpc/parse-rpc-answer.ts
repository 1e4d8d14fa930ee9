import { ChainError } from './rpc-error.ts'

/** The outcome of one call of a batch. */
export type RpcResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ChainError }

/** Who answered, for messages. */
export interface AnsweringOperator {
  readonly origin: string
  /** Takes our own key out of the operator's words. */
  readonly redact: (text: string) => string
}

/** Finds the answer to call `id` among the answers of a batch, which may come in any order (JSON-RPC 2.0, section 6). */
export function parseRpcAnswer(
  answers: readonly unknown[],
  id: number,
  { origin, redact }: AnsweringOperator,
): RpcResult {
  const answer = answers.find((candidate) => isRecord(candidate) && candidate.id === id) ?? lone(answers)
  if (!isRecord(answer)) return malformed(origin, 'an answer is missing')
  if (isRecord(answer.error)) {
    const { code, data } = answer.error
    const message = typeof answer.error.message === 'string' ? redact(answer.error.message) : 'error'
    const error = new ChainError(
      isRateLimit(code, message) ? 'RPC_RATE_LIMITED' : 'RPC_ERROR',
      `${origin} answered: ${message}.`,
      { rpcCode: typeof code === 'number' ? code : undefined, data: revertData(data) },
    )
    return { ok: false, error }
  }
  if (!('result' in answer)) return malformed(origin, 'an answer has neither result nor error')
  return { ok: true, value: answer.result }
}

/** The value of a result. @throws ChainError when the call was refused. */
export function resultOf(result: RpcResult | undefined): unknown {
  if (result === undefined) throw new ChainError('RPC_MALFORMED', 'an answer is missing')
  if (!result.ok) throw result.error
  return result.value
}

/** An error without id answers the only call there is (the server could not read the id). */
function lone(answers: readonly unknown[]): unknown {
  const [answer] = answers
  return answers.length === 1 && isRecord(answer) && (answer.id === null || answer.id === undefined)
    ? answer
    : undefined
}

/** Some operators limit the rate with HTTP status 200, the number of the status as the error's, or only in words. */
function isRateLimit(code: unknown, message: string): boolean {
  return code === 429 || /\brate.?limit|\btoo many requests\b|\brequest rate\b/i.test(message)
}

/** Where nodes put a revert's data: as the data itself (geth, anvil), or one level down (hardhat). */
function revertData(data: unknown): `0x${string}` | undefined {
  if (typeof data === 'string' && /^0x([0-9a-f]{2})*$/i.test(data)) return data as `0x${string}`
  return isRecord(data) ? revertData(data.data) : undefined
}

function malformed(origin: string, what: string): RpcResult {
  return { ok: false, error: new ChainError('RPC_MALFORMED', `${origin} gave no proper JSON-RPC answer: ${what}.`) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import { errorCode } from '@domainsync/core'

/** `silent`: no answer in time, which proves nothing. `refused`: nobody listens there. `failed`: it answered with an error. */
export type NoAnswer = 'silent' | 'refused' | 'failed'

const REFUSED = /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|UNREACHABLE|OFFLINE/
const SILENT = /TIMEOUT|TIMEDOUT|Timeout|Abort|RESET|EAI_AGAIN|SOCKET/

/** Why a call gave no answer, read off the error and its causes. What cannot be told apart counts as `failed`. */
export function noAnswer(error: unknown): NoAnswer {
  const words = [...chain(error)].flatMap((one) => [errorCode(one), one instanceof Error ? one.name : ''])
  if (words.some((word) => SILENT.test(word))) return 'silent'
  return words.some((word) => REFUSED.test(word)) ? 'refused' : 'failed'
}

/** One sentence about any thrown value. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function* chain(error: unknown, depth = 0): Iterable<unknown> {
  yield error
  if (depth > 8 || !(error instanceof Error)) return
  if (error instanceof AggregateError) for (const one of error.errors) yield* chain(one, depth + 1)
  if (error.cause !== undefined) yield* chain(error.cause, depth + 1)
}

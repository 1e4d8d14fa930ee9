import { type CallOptions, DomainSyncError, type ErrorDetails, errorCode } from '@domainsync/core'
import { waitPhrase } from '@domainsync/sdk'

/**
 * A replica that did not do what it was asked: `REPLICA_OFFLINE`, `REPLICA_TIMEOUT`, `REPLICA_RESET` (the connection broke in
 * the middle), `TOKEN_REJECTED` (401, 403), `PAYMENT_REQUIRED` (402), `REPLICA_FULL` (413, 507), `RATE_LIMITED` (429),
 * `REPLICA_FAILED` (any other refusal), `ROOT_MISMATCH`, `PIN_FAILED`, `PIN_TIMEOUT`, `PIN_NO_SOURCE`, `SOURCE_MISSING` (nothing
 * can be read back from it), `PROVIDER_RETIRED`, or the code that an embedded node gave for a refused CAR.
 */
export class ReplicaError extends DomainSyncError {
  /** How long the provider asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: string,
    message: string,
    { retryAfterMs, ...details }: ErrorDetails & { retryAfterMs?: number | undefined } = {},
  ) {
    super(code, message, details)
    this.retryAfterMs = retryAfterMs
  }
}

/** Codes that say nothing about the blocks: the provider did not answer, or not to us, or not now. */
export const NO_ANSWER_CODES: ReadonlySet<string> = new Set([
  'REPLICA_OFFLINE',
  'REPLICA_TIMEOUT',
  'REPLICA_RESET',
  'REPLICA_FAILED',
  'TOKEN_REJECTED',
  'PAYMENT_REQUIRED',
  'RATE_LIMITED',
  'SOURCE_MISSING',
])

/** What a thrown value means for the caller of replica `name`; its own abort stays its own reason. */
export function replicaFailure(cause: unknown, { name, signal }: { name: string } & CallOptions): unknown {
  if (signal?.aborted) return signal.reason
  if (errorCode(cause) === 'BODY_TOO_LARGE') {
    const message = `${name} sends more than any answer of such a provider holds; correct its URL.`
    return new ReplicaError('REPLICA_FAILED', message, { cause, retryable: false })
  }
  if (cause instanceof DomainSyncError) return cause
  if (isTimeout(cause))
    return new ReplicaError('REPLICA_TIMEOUT', `${name} did not answer in time; try again.`, { cause })
  if (hasCode(cause, UNREACHED)) {
    return new ReplicaError('REPLICA_OFFLINE', `${name} cannot be reached; start it, or correct its URL.`, { cause })
  }
  if (hasCode(cause, BROKEN)) {
    return new ReplicaError('REPLICA_RESET', `${name} broke the connection off in the middle; try again.`, { cause })
  }
  // `fetch` says "fetch failed" and keeps the reason underneath.
  const deepest = chain(cause).at(-1)
  const why = deepest instanceof Error ? deepest.message : String(deepest)
  return new ReplicaError('REPLICA_FAILED', `${name} failed: ${why.slice(0, 300)}`, { cause })
}

/** The answer of a provider that is not a success. */
export interface Refusal {
  readonly status: number
  /** A code of the answer's own. */
  readonly code?: string | undefined
  readonly message?: string | undefined
  /** A page for a browser came with it. */
  readonly isPage?: boolean | undefined
  /** Where a redirect points. */
  readonly redirectsTo?: string | undefined
  readonly retryAfterMs?: number | undefined
}

/** What an HTTP status other than success means. */
export function statusFailure(name: string, refusal: Refusal): ReplicaError {
  const { status, code, message, retryAfterMs } = refusal
  const why = message ? `: ${message.trim().slice(0, 300)}` : '.'
  const final = { retryable: false }
  switch (status) {
    case 401:
    case 403:
      return new ReplicaError('TOKEN_REJECTED', `${name} rejects the token; set one that it takes.`, final)
    case 402:
      return new ReplicaError('PAYMENT_REQUIRED', `${name} wants to be paid first, or a larger plan${why}`, final)
    case 413:
    case 507:
      return new ReplicaError(
        'REPLICA_FULL',
        `${name} does not take so much; make room there, or take a larger plan${why}`,
        final,
      )
    case 429: {
      const wait = retryAfterMs === undefined ? 'later' : waitPhrase(retryAfterMs)
      return new ReplicaError('RATE_LIMITED', `${name} was asked too often; try again ${wait}${why}`, { retryAfterMs })
    }
    default:
      if (isElsewhere(refusal)) return elsewhere(name, refusal)
      return new ReplicaError(code ?? 'REPLICA_FAILED', `${name} answered ${status}${why}`, {
        retryable: status >= 500,
        retryAfterMs,
      })
  }
}

/** Statuses with which servers say that they do not know the address, or not in this way. */
const UNKNOWN_ADDRESS = [400, 404, 405]

/** Something else than the provider's API answers, and will do so the next time. */
function isElsewhere({ status, isPage }: Refusal): boolean {
  return status < 400 || (UNKNOWN_ADDRESS.includes(status) && isPage === true)
}

function elsewhere(name: string, { status, redirectsTo }: Refusal): ReplicaError {
  const what = redirectsTo === undefined ? 'with a web page' : `and redirects to ${redirectsTo.slice(0, 300)}`
  return new ReplicaError('REPLICA_FAILED', `${name} answered ${status} ${what}; correct its URL.`, {
    retryable: false,
  })
}

const UNREACHED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
const BROKEN = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

function isTimeout(error: unknown): boolean {
  const codes = ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']
  return chain(error).some((one) => one instanceof Error && one.name === 'TimeoutError') || hasCode(error, codes)
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return chain(error).some((one) => codes.includes(errorCode(one)))
}

/** An error and what it was caused by. */
function chain(error: unknown): unknown[] {
  const errors: unknown[] = []
  for (let one = error; one !== undefined && errors.length < 5; one = one instanceof Error ? one.cause : undefined) {
    errors.push(one)
    if (one instanceof AggregateError) errors.push(...one.errors)
  }
  return errors
}

import { type CallOptions, DomainSyncError, errorCode } from '@domainsync/core'

/**
 * A replica that did not do what it was asked: `REPLICA_OFFLINE`, `REPLICA_TIMEOUT`, `TOKEN_REJECTED`, `REPLICA_FAILED`,
 * `REPLICA_FULL` (413, 507), `ROOT_MISMATCH`, `PIN_FAILED`, or the code that an embedded node gave for a refused CAR.
 */
export class ReplicaError extends DomainSyncError {}

/** What a thrown value means for the caller of replica `name`; its own abort stays its own reason. */
export function replicaFailure(cause: unknown, { name, signal }: { name: string } & CallOptions): unknown {
  if (signal?.aborted) return signal.reason
  if (cause instanceof DomainSyncError) return cause
  if (isTimeout(cause))
    return new ReplicaError('REPLICA_TIMEOUT', `${name} did not answer in time; try again.`, { cause })
  if (isNetwork(cause)) {
    return new ReplicaError('REPLICA_OFFLINE', `${name} cannot be reached; start it, or correct its URL.`, { cause })
  }
  // `fetch` says "fetch failed" and keeps the reason underneath.
  const deepest = chain(cause).at(-1)
  const why = deepest instanceof Error ? deepest.message : String(deepest)
  return new ReplicaError('REPLICA_FAILED', `${name} failed: ${why.slice(0, 300)}`, { cause })
}

/** What an HTTP status other than success means; `code` and `message` are the answer's own, when it gave some. */
export function statusFailure(
  { name, status }: { name: string; status: number },
  { code, message, cause }: { code?: string | undefined; message?: string | undefined; cause?: unknown } = {},
): ReplicaError {
  const why = message ? `: ${message.trim().slice(0, 300)}` : '.'
  switch (status) {
    case 401:
    case 403:
      return new ReplicaError('TOKEN_REJECTED', `${name} rejects the token; set the one it was started with.`, {
        cause,
        retryable: false,
      })
    case 413:
    case 507:
      return new ReplicaError('REPLICA_FULL', `${name} does not take so much${why}`, { cause, retryable: false })
    default:
      return new ReplicaError(code ?? 'REPLICA_FAILED', `${name} answered ${status}${why}`, {
        cause,
        retryable: status >= 500 || status === 429,
      })
  }
}

function isTimeout(error: unknown): boolean {
  const codes = ['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']
  return chain(error).some(
    (one) => (one instanceof Error && one.name === 'TimeoutError') || codes.includes(errorCode(one)),
  )
}

function isNetwork(error: unknown): boolean {
  const codes = [
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EPIPE',
    'UND_ERR_SOCKET',
  ]
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

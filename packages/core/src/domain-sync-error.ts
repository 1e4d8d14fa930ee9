/** What a {@link DomainSyncError} carries besides its code and its sentence. */
export interface ErrorDetails {
  /** The error underneath, kept whole. */
  cause?: unknown
  /** What did and what did not change, one sentence: `Nothing was written.` */
  state?: string
  /** The command that mends it or goes on. */
  next?: string
  /** False when trying again, unchanged, cannot help. Default true. */
  retryable?: boolean
}

/**
 * The base of every error of DomainSync. Callers match `code`, which is stable; the message is one sentence for a person
 * and may change.
 */
export class DomainSyncError extends Error {
  readonly code: string
  readonly state: string | undefined
  readonly next: string | undefined
  readonly retryable: boolean

  constructor(code: string, message: string, { cause, state, next, retryable = true }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.code = code
    this.state = state
    this.next = next
    this.retryable = retryable
  }
}

/** The stable code of any thrown value; `UNEXPECTED` for one that has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNEXPECTED'
}

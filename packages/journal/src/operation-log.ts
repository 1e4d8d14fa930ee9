import type { Operation, Step } from '@domainsync/core'

/** A step with the message of its last failure. */
export interface StepRecord extends Step {
  readonly error: string | undefined
}

/** An operation as it stands, with its times in milliseconds since 1970. */
export interface OperationRecord extends Operation {
  readonly steps: readonly StepRecord[]
  /** When it was first opened. */
  readonly openedAt: number
  /** When it, or one of its steps, last changed. */
  readonly updatedAt: number
}

/** Reading access to operations, for people. */
export interface OperationLog {
  operation(id: string): Promise<OperationRecord | undefined>
  /** Newest first. */
  operations(query: { domain?: string | undefined; limit: number }): Promise<readonly OperationRecord[]>
}

/** Limits of what the agent may do by itself. */
export interface PlanSettings {
  /** Repairs of one domain in any 60 minutes; one more freezes it until a person approves. Default 6. */
  readonly maxRepairsPerHour: number
  /** Repairs of all domains together in any 60 minutes. Default 60. */
  readonly maxRepairsPerHourInAll: number
  /** Rollbacks of one domain in any 24 hours. Default 3. */
  readonly maxRollbacksPerDay: number
  /** Failures logged on chain for one domain in any 24 hours. Default 3. */
  readonly maxFailureLogsPerDay: number
  /** Good probes needed before a later release is kept, in milliseconds. Default 10 minutes. */
  readonly soakMs: number
  /** First pause between two tries of one ladder; doubles with every try, in milliseconds. Default 5 s. */
  readonly backoffMs: number
  /** Longest pause between two tries, in milliseconds. Default 5 minutes. */
  readonly maxBackoffMs: number
  /** How long a finished ladder rests before its last step is tried again, in milliseconds. Default 1 hour. */
  readonly ladderRestMs: number
  /** A page is repeated at most this often, in milliseconds. Default 15 minutes. */
  readonly repeatPageMs: number
}

export const PLAN_DEFAULTS: PlanSettings = {
  maxRepairsPerHour: 6,
  maxRepairsPerHourInAll: 60,
  maxRollbacksPerDay: 3,
  maxFailureLogsPerDay: 3,
  soakMs: 10 * 60_000,
  backoffMs: 5_000,
  maxBackoffMs: 5 * 60_000,
  ladderRestMs: 60 * 60_000,
  repeatPageMs: 15 * 60_000,
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** The steps of verification that a report tells apart. */
export type VerifyStep = 1 | 2 | 3 | 4 | 5 | 6 | 7

/** One thing that was looked at. */
export interface Check {
  /**
   * 1 chain, 2 head, 3 blocks of root, manifest and key, 4 both signatures, 5 the statement's fields, 6 the list equals the
   * directory, 7 served bytes.
   */
  readonly step: VerifyStep
  /** What was looked at: `quorum`, `signatures`, `/index.html`. */
  readonly subject: string
  readonly ok: boolean
  /** Stable; `OK` when it is. */
  readonly code: string
  /** One sentence for a person. */
  readonly detail: string
}

/** A check that passed. */
export function passed(step: VerifyStep, subject: string, detail: string): Check {
  return { step, subject, ok: true, code: 'OK', detail }
}

/** A check that failed. */
export function failed(step: VerifyStep, subject: string, { code, detail }: { code: string; detail: string }): Check {
  return { step, subject, ok: false, code, detail }
}

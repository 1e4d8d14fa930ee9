import { JournalError } from './journal-error.ts'

/** The end of a done step is gone from the world; `runOperation` does that step, and those after it, again. */
export class UndoneError extends JournalError {
  /** The step's key. */
  readonly step: string

  constructor(step: string, message: string) {
    super('TX_REORGED', message, { retryable: false })
    this.step = step
  }
}

/** Pages after which a larger one is tried again, at most. */
const MAX_PATIENCE = 256

/** How many blocks to ask an operator's logs of at once. */
export interface LogSpan {
  readonly size: number
  /** That many were asked for, and answered. */
  given(blocks: number): void
  /** That many were asked for, and were too many. */
  refused(blocks: number): void
}

/**
 * Finds out what an operator allows, whose limit of blocks or of logs nobody knows: everything first, half of it when that is
 * refused, and twice as much again after pages that went well; the longer the more often that was refused.
 */
export function createLogSpan(blocks: number): LogSpan {
  let size = blocks
  /** The last size that was answered; 0 before the first, and when even that is refused now. */
  let good = 0
  let patience = 1
  let wait = 0
  return {
    get size() {
      return size
    },
    given(asked) {
      if (asked < size) return
      if (good > 0 && asked > good) patience = 1
      good = asked
      wait -= 1
      if (wait <= 0) size *= 2
    },
    refused(asked) {
      if (good > 0 && asked > good) {
        size = good
        wait = patience
        patience = Math.min(2 * patience, MAX_PATIENCE)
      } else {
        size = Math.ceil(asked / 2)
        good = 0
        wait = 0
      }
    },
  }
}

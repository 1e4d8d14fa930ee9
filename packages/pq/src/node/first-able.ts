/**
 * Chooses by trying, once and when first asked: `native` when its trial succeeds, else `portable`. Versions are not compared;
 * a Node may be built against another OpenSSL than its own.
 */
export function firstAble<T>({ native, portable, trial }: Choice<T>): () => T {
  let chosen: T | undefined
  return () => {
    chosen ??= succeeds(trial) ? native : portable
    return chosen
  }
}

/** What {@link firstAble} chooses from. */
interface Choice<T> {
  readonly native: T
  readonly portable: T
  /** True when the native one does all that is asked of it; it may throw. */
  readonly trial: () => boolean
}

function succeeds(trial: () => boolean): boolean {
  try {
    return trial()
  } catch {
    return false
  }
}
